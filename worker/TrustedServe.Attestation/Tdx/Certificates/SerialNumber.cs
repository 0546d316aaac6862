using System.Buffers.Binary;

namespace TrustedServe.Attestation.Tdx.Certificates;

/// <summary>A certificate's serial number, at most 20 bytes (RFC 5280), comparable without regard to leading zeros.</summary>
/// <param name="High">The bits above the lower 128.</param>
/// <param name="Low">The lower 128 bits.</param>
public readonly record struct SerialNumber(UInt128 High, UInt128 Low)
{
    /// <summary>The most bytes that a serial number may have.</summary>
    public const int MaxLength = 20;

    /// <summary>Reads a big-endian, non-negative number; a leading sign byte is allowed beside the 20.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bigEndian, out SerialNumber serial)
    {
        serial = default;
        if (bigEndian.IsEmpty || bigEndian[0] >= 0x80)
        {
            return false;
        }

        bigEndian = bigEndian.TrimStart((byte)0);
        if (bigEndian.Length > MaxLength)
        {
            return false;
        }

        Span<byte> padded = stackalloc byte[32];
        padded.Clear();
        bigEndian.CopyTo(padded[(32 - bigEndian.Length)..]);
        serial = new SerialNumber(BinaryPrimitives.ReadUInt128BigEndian(padded), BinaryPrimitives.ReadUInt128BigEndian(padded[16..]));
        return true;
    }

    /// <summary>Lower-case hexadecimal, 40 digits.</summary>
    public override string ToString() => $"{(uint)High:x8}{(ulong)(Low >> 64):x16}{(ulong)Low:x16}";
}
