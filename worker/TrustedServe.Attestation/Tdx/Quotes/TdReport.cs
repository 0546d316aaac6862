using System.Buffers.Binary;

namespace TrustedServe.Attestation.Tdx.Quotes;

/// <summary>A view of the TD report body inside a quote: fields by offset, nothing copied.</summary>
public readonly ref struct TdReport
{
    /// <summary>Length of the TDX 1.0 body.</summary>
    public const int Tdx10Length = 584;

    /// <summary>Length of the TDX 1.5 body.</summary>
    public const int Tdx15Length = 648;

    /// <summary>Length of a measurement register: one SHA-384 digest.</summary>
    public const int MeasurementLength = 48;

    /// <summary>Views bytes whose length is one of the two body lengths.</summary>
    public TdReport(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length is not (Tdx10Length or Tdx15Length))
        {
            throw new ArgumentException("A TD report has 584 or 648 bytes.", nameof(bytes));
        }

        Bytes = bytes;
    }

    /// <summary>All bytes of the body.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>True for the TDX 1.5 body, which alone has <see cref="TeeTcbSvn2"/> and <see cref="MrServiceTd"/>.</summary>
    public bool IsTdx15 => Bytes.Length == Tdx15Length;

    /// <summary>TCB of the TDX module when the TD was launched: [0] module SVN, [1] module major version, [2] late microcode.</summary>
    public ReadOnlySpan<byte> TeeTcbSvn => Bytes[..16];

    /// <summary>Measurement of the TDX module.</summary>
    public ReadOnlySpan<byte> MrSeam => Bytes.Slice(16, MeasurementLength);

    /// <summary>Signer of the TDX module; zero for Intel's.</summary>
    public ReadOnlySpan<byte> MrSignerSeam => Bytes.Slice(64, MeasurementLength);

    /// <summary>Attributes of the TDX module.</summary>
    public ReadOnlySpan<byte> SeamAttributes => Bytes.Slice(112, 8);

    /// <summary>Attributes of the TD.</summary>
    public ReadOnlySpan<byte> TdAttributes => Bytes.Slice(120, 8);

    /// <summary>The TD's extended features mask.</summary>
    public ReadOnlySpan<byte> Xfam => Bytes.Slice(128, 8);

    /// <summary>Measurement of the TD's initial contents.</summary>
    public ReadOnlySpan<byte> MrTd => Bytes.Slice(136, MeasurementLength);

    /// <summary>Configuration of the TD as its owner gave it: the initdata digest of a confidential container.</summary>
    public ReadOnlySpan<byte> MrConfigId => Bytes.Slice(184, MeasurementLength);

    /// <summary>Identity of the TD's owner.</summary>
    public ReadOnlySpan<byte> MrOwner => Bytes.Slice(232, MeasurementLength);

    /// <summary>Configuration chosen by the TD's owner.</summary>
    public ReadOnlySpan<byte> MrOwnerConfig => Bytes.Slice(280, MeasurementLength);

    /// <summary>The 64 bytes that the guest asked to be bound.</summary>
    public ReadOnlySpan<byte> ReportData => Bytes.Slice(520, 64);

    /// <summary>TCB of the TDX module that runs now; empty in a TDX 1.0 body.</summary>
    public ReadOnlySpan<byte> TeeTcbSvn2 => IsTdx15 ? Bytes.Slice(584, 16) : default;

    /// <summary>Measurement of the service TD bound to this TD; empty in a TDX 1.0 body.</summary>
    public ReadOnlySpan<byte> MrServiceTd => IsTdx15 ? Bytes.Slice(600, MeasurementLength) : default;

    /// <summary>
    /// True when any bit of the "TD under debug" byte is set: bit 0 is DEBUG, the others of that byte are for profiling or
    /// reserved, and each says that the host can look into the TD.
    /// </summary>
    public bool IsDebug => TdAttributes[0] != 0;

    /// <summary>
    /// True when another TD may act on this one: bit 29 is MIGRATABLE, so a service TD that the host chooses can carry the memory
    /// to where it likes, or such a TD is bound already. Neither is part of MRTD.
    /// </summary>
    public bool HasServiceTd => (TdAttributes[3] & 0x20) != 0 || MrServiceTd.ContainsAnyExcept((byte)0);

    /// <summary><see cref="TdAttributes"/> as a number.</summary>
    public ulong TdAttributeBits => BinaryPrimitives.ReadUInt64LittleEndian(TdAttributes);

    /// <summary><see cref="Xfam"/> as a number.</summary>
    public ulong XfamBits => BinaryPrimitives.ReadUInt64LittleEndian(Xfam);

    /// <summary>Runtime measurement register 0 to 3.</summary>
    public ReadOnlySpan<byte> Rtmr(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(index, 3);
        return Bytes.Slice(328 + (index * MeasurementLength), MeasurementLength);
    }
}
