using System.Buffers.Binary;

namespace TrustedServe.Attestation.Tests.Tdx.Reports;

/// <summary>Quotes in their outer form: header, body, and bytes where the signature would be.</summary>
internal static class SyntheticQuote
{
    public static byte[] Version4(byte[] reportData, int length = 5006)
    {
        var quote = Header(4, length);
        reportData.CopyTo(quote.AsSpan(48 + 520));
        quote.AsSpan(48 + 136, 48).Fill(0xab);
        return quote;
    }

    public static byte[] Version5(byte[] reportData, ushort type)
    {
        var quote = Header(5, 5076);
        BinaryPrimitives.WriteUInt16LittleEndian(quote.AsSpan(48), type);
        BinaryPrimitives.WriteUInt32LittleEndian(quote.AsSpan(50), type == 3 ? 648u : 584u);
        reportData.CopyTo(quote.AsSpan(54 + 520));
        quote.AsSpan(54 + 136, 48).Fill(0xab);
        return quote;
    }

    private static byte[] Header(ushort version, int length)
    {
        var quote = new byte[length];
        BinaryPrimitives.WriteUInt16LittleEndian(quote, version);
        BinaryPrimitives.WriteUInt16LittleEndian(quote.AsSpan(2), 2);
        BinaryPrimitives.WriteUInt32LittleEndian(quote.AsSpan(4), 0x81);
        return quote;
    }
}
