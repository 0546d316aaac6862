using System.Buffers.Binary;

namespace TrustedServe.Attestation.Tests.Tdx.Synthetic;

/// <summary>Edits a quote in place. Offsets are those of a version 4 quote; they are moved for version 5.</summary>
public static class QuoteEdit
{
    public const int SignatureLength = 632;
    public const int SignatureData = 636;
    public const int AttestationKey = 700;
    public const int OuterLength = 766;
    public const int AuthLength = 1218;
    public const int InnerLength = 1254;
    public const int Pem = 1258;

    /// <summary>Where a version 4 offset lies in this quote.</summary>
    public static int Map(byte[] quote, int offset)
    {
        if (quote[0] != 5 || offset < 48)
        {
            return offset;
        }

        return offset + (offset >= SignatureLength && quote[48] == 3 ? 70 : 6);
    }

    public static byte[] Xor(byte[] quote, int offset, byte mask = 1)
    {
        quote[Map(quote, offset)] ^= mask;
        return quote;
    }

    public static byte[] Set(byte[] quote, int offset, params byte[] values)
    {
        values.CopyTo(quote, Map(quote, offset));
        return quote;
    }

    /// <summary>Cuts the signature data and makes the outer lengths agree again, so that only the inner checks can notice.</summary>
    public static byte[] CutSignatureData(byte[] quote, int length)
    {
        var cut = quote[..(Map(quote, SignatureData) + length)];
        BinaryPrimitives.WriteInt32LittleEndian(cut.AsSpan(Map(cut, SignatureLength)), length);
        if (length >= 134)
        {
            BinaryPrimitives.WriteInt32LittleEndian(cut.AsSpan(Map(cut, OuterLength)), length - 134);
        }

        return cut;
    }

    public static byte[] ChainOf(byte[] quote)
    {
        var start = Map(quote, Pem);
        return quote[start..(start + BinaryPrimitives.ReadInt32LittleEndian(quote.AsSpan(Map(quote, InnerLength))))];
    }

    public static byte[] ReplaceChain(byte[] quote, byte[] pem)
    {
        byte[] edited = [.. quote[..Map(quote, Pem)], .. pem];
        var length = edited.Length - Map(quote, SignatureData);
        BinaryPrimitives.WriteInt32LittleEndian(edited.AsSpan(Map(quote, SignatureLength)), length);
        BinaryPrimitives.WriteInt32LittleEndian(edited.AsSpan(Map(quote, OuterLength)), length - 134);
        BinaryPrimitives.WriteInt32LittleEndian(edited.AsSpan(Map(quote, InnerLength)), pem.Length);
        return edited;
    }

    public static byte[] WithSignatureDataOf(byte[] quote, byte[] other) =>
        [.. quote[..Map(quote, SignatureLength)], .. other[Map(other, SignatureLength)..]];

    /// <summary>The bytes that the attestation key signs.</summary>
    public static byte[] SignedBytes(byte[] quote) => quote[..Map(quote, SignatureLength)];
}
