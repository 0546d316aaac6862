using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace TrustedServe.Attestation.Tdx.Quotes;

/// <summary>
/// A view of a TDX quote, version 4 or 5, over the bytes it was read from. Parsing checks every declared length against the bytes
/// that are there before it reads on, copies nothing, and judges no signature.
/// </summary>
/// <remarks>
/// Layout: header (48), in version 5 a body descriptor (type u16, size u32), the TD report, the length of the signature data (u32),
/// the signature data: quote signature (64), attestation key (64), certification data of type 6 that holds the quoting enclave's
/// report (384), its signature (64), authentication data (u16 length first), and certification data of type 5, the PEM chain.
/// All integers are little-endian.
/// </remarks>
public readonly ref struct TdxQuote
{
    /// <summary>Real quotes have about 5,000 bytes (8,000 with a cloud's padding); longer input than this is refused unread.</summary>
    public const int MaxLength = 64 * 1024;

    private const int HeaderLength = 48;
    private const int DescriptorLength = 6;
    private const int SignatureLength = 64;
    private const int CertificationHeaderLength = 6;
    private const uint TdxTeeType = 0x81;

    private static ReadOnlySpan<byte> IntelQeVendor => [0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07];

    private TdxQuote(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> body, ReadOnlySpan<byte> signatureData, int authLength, ReadOnlySpan<byte> trailing)
    {
        SignedBytes = signed;
        Body = new TdReport(body);
        Signature = signatureData[..SignatureLength];
        AttestationKey = signatureData.Slice(64, 64);
        QeReport = new EnclaveReport(signatureData.Slice(134, EnclaveReport.Length));
        QeReportSignature = signatureData.Slice(518, SignatureLength);
        QeAuthData = signatureData.Slice(584, authLength);
        PckChain = signatureData[(584 + authLength + CertificationHeaderLength)..];
        Trailing = trailing;
    }

    /// <summary>4 or 5.</summary>
    public int Version => SignedBytes[0];

    /// <summary>Which TD report the quote holds.</summary>
    public QuoteBodyType BodyType => Body.IsTdx15 ? QuoteBodyType.Tdx15 : QuoteBodyType.Tdx10;

    /// <summary>The header's 20 uninterpreted bytes that name the platform's quoting enclave.</summary>
    public ReadOnlySpan<byte> UserData => SignedBytes.Slice(28, 20);

    /// <summary>What the attestation key signed: header, in version 5 the body descriptor, and body.</summary>
    public ReadOnlySpan<byte> SignedBytes { get; }

    /// <summary>The TD report.</summary>
    public TdReport Body { get; }

    /// <summary>The quote's signature, r and s.</summary>
    public ReadOnlySpan<byte> Signature { get; }

    /// <summary>The attestation key, X and Y on P-256.</summary>
    public ReadOnlySpan<byte> AttestationKey { get; }

    /// <summary>The quoting enclave's own report, which binds the attestation key.</summary>
    public EnclaveReport QeReport { get; }

    /// <summary>The platform's signature over the quoting enclave's report, r and s.</summary>
    public ReadOnlySpan<byte> QeReportSignature { get; }

    /// <summary>Bytes that the quoting enclave bound together with the attestation key.</summary>
    public ReadOnlySpan<byte> QeAuthData { get; }

    /// <summary>The PEM chain of the platform's certificate: leaf, intermediate, root.</summary>
    public ReadOnlySpan<byte> PckChain { get; }

    /// <summary>What follows the declared length; nothing signs it.</summary>
    public ReadOnlySpan<byte> Trailing { get; }

    /// <summary>True when what follows is padding, as clouds and configfs add it.</summary>
    public bool IsTrailingZero => !Trailing.ContainsAnyExcept((byte)0);

    /// <summary>Reads a quote; false with the first defect when the bytes are none.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out TdxQuote quote, [NotNullWhen(false)] out QuoteDefect? defect)
    {
        quote = default;
        if (bytes.Length > MaxLength)
        {
            return Refuse(out defect, "length", $"at most {MaxLength} bytes", $"{bytes.Length}");
        }

        if (!TryReadHeader(bytes, out var version, out defect) || !TryReadBody(bytes, version, out var bodyStart, out var bodyLength, out defect))
        {
            return false;
        }

        var bodyEnd = bodyStart + bodyLength;
        if (bytes.Length < bodyEnd + 4)
        {
            return Refuse(out defect, "length", $"at least {bodyEnd + 4} bytes", $"{bytes.Length}");
        }

        var declared = BinaryPrimitives.ReadUInt32LittleEndian(bytes[bodyEnd..]);
        var rest = bytes[(bodyEnd + 4)..];
        if (declared > (uint)rest.Length)
        {
            return Refuse(out defect, "signature data length", $"at most the {rest.Length} bytes that follow", $"{declared}");
        }

        var signatureData = rest[..(int)declared];
        if (!TryReadSignatureData(signatureData, out var authLength, out defect))
        {
            return false;
        }

        quote = new TdxQuote(bytes[..bodyEnd], bytes[bodyStart..bodyEnd], signatureData, authLength, rest[(int)declared..]);
        return true;
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> bytes, out int version, [NotNullWhen(false)] out QuoteDefect? defect)
    {
        version = 0;
        if (bytes.Length < HeaderLength)
        {
            return Refuse(out defect, "length", $"at least {HeaderLength} bytes", $"{bytes.Length}");
        }

        version = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        if (version is not (4 or 5))
        {
            return Refuse(out defect, "version", "4 or 5 (TDX)", version == 3 ? "3 (an SGX quote)" : $"{version}");
        }

        var keyType = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
        if (keyType != 2)
        {
            return Refuse(out defect, "attestation key type", "2 (ECDSA P-256)", keyType == 3 ? "3 (ECDSA P-384)" : $"{keyType}");
        }

        var teeType = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (teeType != TdxTeeType)
        {
            return Refuse(out defect, "TEE type", "0x81 (TDX)", teeType == 0 ? "0x0 (an SGX quote)" : $"0x{teeType:x}");
        }

        var vendor = bytes.Slice(12, 16);
        if (!vendor.SequenceEqual(IntelQeVendor))
        {
            return Refuse(out defect, "QE vendor", $"{Convert.ToHexStringLower(IntelQeVendor)} (Intel)", Convert.ToHexStringLower(vendor));
        }

        defect = null;
        return true;
    }

    private static bool TryReadBody(ReadOnlySpan<byte> bytes, int version, out int start, out int length, [NotNullWhen(false)] out QuoteDefect? defect)
    {
        (start, length) = (HeaderLength, TdReport.Tdx10Length);
        defect = null;
        if (version == 4)
        {
            return true;
        }

        start += DescriptorLength;
        if (bytes.Length < start)
        {
            return Refuse(out defect, "length", $"at least {start} bytes", $"{bytes.Length}");
        }

        var type = BinaryPrimitives.ReadUInt16LittleEndian(bytes[HeaderLength..]);
        var size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(HeaderLength + 2)..]);
        if (type is not ((ushort)QuoteBodyType.Tdx10 or (ushort)QuoteBodyType.Tdx15))
        {
            return Refuse(out defect, "body type", "2 (TDX 1.0) or 3 (TDX 1.5)", type == 1 ? "1 (an SGX enclave report)" : $"{type}");
        }

        length = type == (ushort)QuoteBodyType.Tdx10 ? TdReport.Tdx10Length : TdReport.Tdx15Length;
        return size == length || Refuse(out defect, "body size", $"{length} for body type {type}", $"{size}");
    }

    private static bool TryReadSignatureData(ReadOnlySpan<byte> data, out int authLength, [NotNullWhen(false)] out QuoteDefect? defect)
    {
        const int OuterStart = 128;
        const int ReportStart = OuterStart + CertificationHeaderLength;
        const int AuthStart = ReportStart + EnclaveReport.Length + SignatureLength + 2;
        authLength = 0;
        if (data.Length < ReportStart)
        {
            return Refuse(out defect, "signature data length", $"at least {ReportStart}", $"{data.Length}");
        }

        if (!TryReadCertificationHeader(data, OuterStart, 6, "outer certification data", out defect))
        {
            return false;
        }

        if (data.Length < AuthStart)
        {
            return Refuse(out defect, "signature data length", $"at least {AuthStart}", $"{data.Length}");
        }

        authLength = BinaryPrimitives.ReadUInt16LittleEndian(data[(AuthStart - 2)..]);
        var innerStart = AuthStart + authLength;
        if (data.Length < innerStart + CertificationHeaderLength)
        {
            return Refuse(out defect, "QE authentication data length", $"at most {Math.Max(0, data.Length - AuthStart - CertificationHeaderLength)}", $"{authLength}");
        }

        return TryReadCertificationHeader(data, innerStart, 5, "inner certification data", out defect);
    }

    private static bool TryReadCertificationHeader(ReadOnlySpan<byte> data, int start, ushort expected, string field, [NotNullWhen(false)] out QuoteDefect? defect)
    {
        var type = BinaryPrimitives.ReadUInt16LittleEndian(data[start..]);
        if (type != expected)
        {
            return Refuse(out defect, field + " type", Named(expected), Named(type));
        }

        var size = BinaryPrimitives.ReadUInt32LittleEndian(data[(start + 2)..]);
        var remaining = data.Length - start - CertificationHeaderLength;
        if (size != (uint)remaining)
        {
            return Refuse(out defect, field + " length", $"{remaining}, the rest of the signature data", $"{size}");
        }

        defect = null;
        return true;
    }

    private static string Named(ushort type) => type switch
    {
        1 => "1 (PPID in clear)",
        2 or 3 => $"{type} (encrypted PPID)",
        4 => "4 (PCK leaf alone)",
        5 => "5 (PCK chain in PEM)",
        6 => "6 (QE report)",
        7 => "7 (platform manifest)",
        _ => $"{type}",
    };

    private static bool Refuse([NotNull] out QuoteDefect? defect, string field, string expected, string seen)
    {
        defect = new QuoteDefect(field, expected, seen);
        return false;
    }
}
