using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;

namespace TrustedServe.Attestation.Tests.Tdx.Verification;

/// <summary>Every way in which a good quote is spoilt, and the step that must notice; null when the edit is harmless.</summary>
public static class TamperedQuote
{
    private static readonly byte[] Order = Convert.FromHexString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

    public static SortedDictionary<string, (Func<byte[], byte[]> Edit, TdxStep? Step)> Cases { get; } = Make();

    private static SortedDictionary<string, (Func<byte[], byte[]> Edit, TdxStep? Step)> Make()
    {
        var cases = new SortedDictionary<string, (Func<byte[], byte[]>, TdxStep?)>(StringComparer.Ordinal);
        AddFormat(cases);
        AddTruncations(cases);
        AddSignatures(cases);
        AddChains(cases);
        return cases;
    }

    private static void AddFormat(SortedDictionary<string, (Func<byte[], byte[]>, TdxStep?)> cases)
    {
        Format("version 3", q => QuoteEdit.Set(q, 0, 3));
        Format("version 6", q => QuoteEdit.Set(q, 0, 6));
        Format("the other version", q => QuoteEdit.Set(q, 0, (byte)(q[0] ^ 1)));
        Format("attestation key type 3", q => QuoteEdit.Set(q, 2, 3));
        Format("TEE type of SGX", q => QuoteEdit.Set(q, 4, 0));
        Format("QE vendor", q => QuoteEdit.Xor(q, 12));
        Format("signature length off by four", q => QuoteEdit.Xor(q, QuoteEdit.SignatureLength, 4));
        Format("signature length of 4 GiB", q => QuoteEdit.Set(q, QuoteEdit.SignatureLength + 3, 0xff));
        foreach (byte type in new byte[] { 0, 1, 5, 7 })
        {
            Format($"outer type {type}", q => QuoteEdit.Set(q, 764, type, 0));
        }

        foreach (byte type in new byte[] { 1, 2, 3, 4, 6 })
        {
            Format($"inner type {type}", q => QuoteEdit.Set(q, 1252, type));
        }

        Format("outer length", q => QuoteEdit.Xor(q, QuoteEdit.OuterLength));
        Format("inner length", q => QuoteEdit.Xor(q, QuoteEdit.InnerLength));
        Format("auth length reaches into the chain", q => QuoteEdit.Xor(q, QuoteEdit.AuthLength, 0x80));
        Format("auth length beyond the end", q => QuoteEdit.Set(q, QuoteEdit.AuthLength, 0xff, 0xff));
        Format("empty", _ => []);
        Format("1 MiB of zeros", _ => new byte[1 << 20]);
        Format("1 MiB of ones", _ => [.. Enumerable.Repeat((byte)0xff, 1 << 20)]);
        Format("longer than 64 KiB", q => [.. q, .. new byte[(64 * 1024) + 1 - q.Length]]);
        cases["70 zero bytes behind"] = (q => [.. q, .. new byte[70]], null);
        cases["zero bytes up to 64 KiB"] = (q => [.. q, .. new byte[(64 * 1024) - q.Length]], null);
        cases["one other byte behind"] = (q => [.. q, 1], TdxStep.TrailingData);

        void Format(string name, Func<byte[], byte[]> edit) => cases.Add(name, (edit, TdxStep.Format));
    }

    private static void AddTruncations(SortedDictionary<string, (Func<byte[], byte[]>, TdxStep?)> cases)
    {
        foreach (var length in new[] { 0, 1, 2, 47, 48, 100, 631, 632, 635, 636, 700, 763, 764, 769, 770, 1153, 1154, 1217, 1218, 1219, 1220, 1251, 1252, 1257, 1258, 2000 })
        {
            cases.Add($"truncated to {length:d4}", (q => q[..QuoteEdit.Map(q, length)], TdxStep.Format));
        }

        cases.Add("truncated by one byte", (q => q[..(QuoteEdit.Map(q, QuoteEdit.Pem) + QuoteEdit.ChainOf(q).Length - 1)], TdxStep.Format));
        foreach (var length in new[] { 0, 1, 63, 64, 127, 128, 133, 134, 134 + 383, 134 + 449, 134 + 450 + 31, 134 + 450 + 32 + 5 })
        {
            cases.Add($"signature data cut to {length:d3}, lengths rewritten", (q => QuoteEdit.CutSignatureData(q, length), TdxStep.Format));
        }
    }

    private static void AddSignatures(SortedDictionary<string, (Func<byte[], byte[]>, TdxStep?)> cases)
    {
        int[] signed = [8, 10, 28, 48, 64, 112, 160, 168, 176, 184, 232, 280, 328, 376, 424, 472, 520, 567, 568, 631];
        foreach (var offset in signed.Concat([636, 667, 668, 699]))
        {
            cases.Add($"signed or signature byte {offset}", (q => QuoteEdit.Xor(q, offset), TdxStep.QuoteSignature));
        }

        foreach (var (name, value) in new[] { ("0", new byte[32]), ("the group order", Order) })
        {
            cases.Add($"r = {name}", (q => QuoteEdit.Set(q, 636, value), TdxStep.QuoteSignature));
            cases.Add($"s = {name}", (q => QuoteEdit.Set(q, 668, value), TdxStep.QuoteSignature));
        }

        foreach (var offset in new[] { 700, 731, 732, 763 })
        {
            cases.Add($"attestation key byte {offset} leaves the curve", (q => QuoteEdit.Xor(q, offset), TdxStep.AttestationKey));
        }

        cases.Add("attestation key of zeros", (q => QuoteEdit.Set(q, QuoteEdit.AttestationKey, new byte[64]), TdxStep.AttestationKey));
        foreach (var offset in new[] { 770, 898, 1026, 1028, 1090, 1121, 1122, 1153, 1154, 1185, 1186, 1217 })
        {
            cases.Add($"QE report or signature byte {offset}", (q => QuoteEdit.Xor(q, offset), TdxStep.QeReportSignature));
        }

        foreach (var offset in new[] { 1220, 1236, 1251 })
        {
            cases.Add($"QE authentication data byte {offset}", (q => QuoteEdit.Xor(q, offset), TdxStep.QeReportBinding));
        }

        cases.Add("signed again with a key of one's own", (SignAgain, TdxStep.QeReportBinding));
        cases.Add("s mirrored at the group order", (Mirror, null));
    }

    private static void AddChains(SortedDictionary<string, (Func<byte[], byte[]>, TdxStep?)> cases)
    {
        Chain("first PEM byte", pem => [(byte)'A', .. pem[1..]]);
        Chain("leaf removed", pem => Blocks(pem, 1, 2));
        Chain("root removed", pem => Blocks(pem, 0, 1));
        Chain("intermediate removed", pem => Blocks(pem, 0, 2));
        Chain("order reversed", pem => Blocks(pem, 2, 1, 0));
        Chain("fourth certificate", pem => Blocks(pem, 0, 1, 2, 2));
        Chain("empty chain", _ => []);
        Chain("only a NUL", _ => [0]);
        Chain("two NULs at the end", pem => [.. Blocks(pem, 0, 1, 2), 0, 0]);
        Chain("text between the blocks", pem => [.. Blocks(pem, 0), .. "hello\n"u8, .. Blocks(pem, 1, 2)]);
        Chain("text behind the blocks", pem => [.. Blocks(pem, 0, 1, 2), .. "hello\n"u8]);
        Chain("block without end", pem => [.. Blocks(pem, 0, 1), .. "-----BEGIN CERTIFICATE-----\nAAAA"u8]);
        Chain("markers that share their dashes", pem => [.. "-----BEGIN CERTIFICATE-----END CERTIFICATE-----\n"u8, .. Blocks(pem, 1, 2)]);
        Chain("certificate cut short", pem => [.. SyntheticPki.Pem(PemChain.Split(pem, 3)[0][..^1]), .. Blocks(pem, 1, 2)]);
        Chain("byte behind a certificate", pem => [.. SyntheticPki.Pem([.. PemChain.Split(pem, 3)[0], 0]), .. Blocks(pem, 1, 2)]);
        cases.Add("leaf and intermediate exchanged", (q => QuoteEdit.ReplaceChain(q, Blocks(QuoteEdit.ChainOf(q), 1, 0, 2)), TdxStep.PckChainSignatures));
        Signature("leaf signature", 0);
        Signature("intermediate signature", 1);
        Signature("root signature", 2);
        cases.Add("one NUL at the end", (q => QuoteEdit.ReplaceChain(q, [.. Blocks(QuoteEdit.ChainOf(q), 0, 1, 2), 0]), null));
        cases.Add("no NUL at the end", (q => QuoteEdit.ReplaceChain(q, Blocks(QuoteEdit.ChainOf(q), 0, 1, 2)), null));
        cases.Add("carriage returns in the chain", (q => QuoteEdit.ReplaceChain(q, Encoding.ASCII.GetBytes(Encoding.ASCII.GetString(Blocks(QuoteEdit.ChainOf(q), 0, 1, 2)).Replace("\n", "\r\n", StringComparison.Ordinal))), null));
        cases.Add("complete chain below a root of one's own", (q => QuoteEdit.ReplaceChain(q, ForeignChain()), TdxStep.TrustAnchor));

        void Chain(string name, Func<byte[], byte[]> edit) => cases.Add(name, (q => QuoteEdit.ReplaceChain(q, edit(QuoteEdit.ChainOf(q))), TdxStep.PckChain));

        void Signature(string name, int index) => cases.Add(name, (q => QuoteEdit.ReplaceChain(q, Flip(QuoteEdit.ChainOf(q), index)), TdxStep.PckChainSignatures));
    }

    private static byte[] Blocks(byte[] pem, params int[] indexes)
    {
        var blocks = PemChain.Split(pem, 3);
        return SyntheticPki.Pem([.. indexes.Select(index => blocks[index])]);
    }

    /// <summary>Changes the last byte of a certificate: the end of s.</summary>
    private static byte[] Flip(byte[] pem, int index)
    {
        var blocks = PemChain.Split(pem, 3);
        blocks[index][^1] ^= 1;
        return SyntheticPki.Pem(blocks);
    }

    private static byte[] ForeignChain()
    {
        var pki = new SyntheticPki();
        return SyntheticPki.Pem(pki.Leaf(), pki.PlatformCa, pki.Root);
    }

    private static byte[] SignAgain(byte[] quote)
    {
        using var key = SyntheticPki.NewKey();
        QuoteEdit.Set(quote, QuoteEdit.SignatureData, key.SignData(QuoteEdit.SignedBytes(quote), HashAlgorithmName.SHA256));
        return QuoteEdit.Set(quote, QuoteEdit.AttestationKey, SyntheticPki.Point(key));
    }

    private static byte[] Mirror(byte[] quote)
    {
        var start = QuoteEdit.Map(quote, 668);
        var s = new BigInteger(Order, isUnsigned: true, isBigEndian: true) - new BigInteger(quote.AsSpan(start, 32), isUnsigned: true, isBigEndian: true);
        var bytes = s.ToByteArray(isUnsigned: true, isBigEndian: true);
        return QuoteEdit.Set(quote, 668, [.. new byte[32 - bytes.Length], .. bytes]);
    }
}
