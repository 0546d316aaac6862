using System.Buffers.Binary;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.Reports;

/// <summary>The two fields of an own quote that its asker looks at. It does not verify: whoever receives the quote does.</summary>
internal readonly ref struct QuoteView
{
    private const int HeaderLength = 48;
    private const int TdxTeeType = 0x81;
    private readonly ReadOnlySpan<byte> body;

    /// <exception cref="TsfException">TSF3318 when the bytes are not a TDX quote of version 4 or 5.</exception>
    public QuoteView(ReadOnlySpan<byte> quote)
    {
        if (quote.Length < HeaderLength + 6)
        {
            throw TsfErrors.MalformedReport.With($"The kernel gave {quote.Length} bytes, which is no quote.");
        }

        var version = BinaryPrimitives.ReadUInt16LittleEndian(quote);
        var tee = BinaryPrimitives.ReadUInt32LittleEndian(quote[4..]);
        if (version is not (4 or 5) || tee != TdxTeeType)
        {
            throw TsfErrors.MalformedReport.With($"The kernel gave a quote of version {version} and TEE type 0x{tee:x}; TDX quotes (0x81) of version 4 or 5 are known.");
        }

        // Version 5 says type and size of the body first: 2 is that of TDX 1.0, 3 that of TDX 1.5.
        var (start, length) = (HeaderLength, 584);
        if (version == 5)
        {
            var type = BinaryPrimitives.ReadUInt16LittleEndian(quote[HeaderLength..]);
            var size = BinaryPrimitives.ReadUInt32LittleEndian(quote[(HeaderLength + 2)..]);
            (start, length) = (HeaderLength + 6, type == 3 ? 648 : 584);
            if (type is not (2 or 3) || size != length)
            {
                throw TsfErrors.MalformedReport.With($"The kernel gave a quote with a body of type {type} and {size} bytes, which is not TDX.");
            }
        }

        body = quote.Length >= start + length
            ? quote.Slice(start, length)
            : throw TsfErrors.MalformedReport.With($"The kernel gave a quote of {quote.Length} bytes, which ends inside its body.");
    }

    /// <summary>What the quote is bound to.</summary>
    public ReadOnlySpan<byte> ReportData => body.Slice(520, 64);

    /// <summary>The measurement of the guest as it was built.</summary>
    public ReadOnlySpan<byte> MrTd => body.Slice(136, 48);
}
