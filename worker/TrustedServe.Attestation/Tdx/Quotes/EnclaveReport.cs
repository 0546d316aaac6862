using System.Buffers.Binary;

namespace TrustedServe.Attestation.Tdx.Quotes;

/// <summary>A view of the quoting enclave's report: fields by offset, nothing copied.</summary>
public readonly ref struct EnclaveReport
{
    /// <summary>Length of an SGX report body.</summary>
    public const int Length = 384;

    /// <summary>Views 384 bytes.</summary>
    public EnclaveReport(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
        {
            throw new ArgumentException("An enclave report has 384 bytes.", nameof(bytes));
        }

        Bytes = bytes;
    }

    /// <summary>All bytes of the report.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>MISCSELECT, four bytes.</summary>
    public ReadOnlySpan<byte> MiscSelect => Bytes.Slice(16, 4);

    /// <summary>ATTRIBUTES: flags and XFRM, eight bytes each.</summary>
    public ReadOnlySpan<byte> Attributes => Bytes.Slice(48, 16);

    /// <summary>Measurement of the enclave.</summary>
    public ReadOnlySpan<byte> MrEnclave => Bytes.Slice(64, 32);

    /// <summary>Signer of the enclave.</summary>
    public ReadOnlySpan<byte> MrSigner => Bytes.Slice(128, 32);

    /// <summary>Product id of the enclave.</summary>
    public ushort IsvProdId => BinaryPrimitives.ReadUInt16LittleEndian(Bytes[256..]);

    /// <summary>Security version of the enclave.</summary>
    public ushort IsvSvn => BinaryPrimitives.ReadUInt16LittleEndian(Bytes[258..]);

    /// <summary>The 64 bytes that the enclave bound: the attestation key's digest and 32 zero bytes.</summary>
    public ReadOnlySpan<byte> ReportData => Bytes.Slice(320, 64);
}
