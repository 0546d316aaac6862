using System.Text.Json;
using TrustedServe.Attestation.Tdx.Quotes;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;
using TrustedServe.Attestation.Tests.Tdx.Verification;

namespace TrustedServe.Attestation.Tests.Tdx.Quotes;

public sealed class TdxQuoteTests
{
    [Theory]
    [InlineData("v4_debug_td_50806f", 4, QuoteBodyType.Tdx10, 632, 0, true, "705ee9381b86")]
    [InlineData("v4_initdata_00a06d", 4, QuoteBodyType.Tdx10, 632, 70, true, "21e8dead92d6")]
    [InlineData("v4_spr_e4_prod", 4, QuoteBodyType.Tdx10, 632, 39, false, "6363b8043668")]
    [InlineData("v5_tdx15_90c06f", 5, QuoteBodyType.Tdx15, 702, 0, true, "7348651a34b2")]
    public void Parses_QuotesOfRealPlatforms(string name, int version, QuoteBodyType type, int signed, int trailing, bool zeros, string mrTd)
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        Assert.True(TdxQuote.TryParse(RealEvidence.Quote(name), out var quote, out _));
        Assert.Equal(version, quote.Version);
        Assert.Equal(type, quote.BodyType);
        Assert.Equal(signed, quote.SignedBytes.Length);
        Assert.Equal(trailing, quote.Trailing.Length);
        Assert.Equal(zeros, quote.IsTrailingZero);
        Assert.Equal(32, quote.QeAuthData.Length);
        Assert.Equal(2, quote.QeReport.IsvProdId);
        Assert.StartsWith(mrTd, Convert.ToHexStringLower(quote.Body.MrTd), StringComparison.Ordinal);
        Assert.Equal("dc9e2a7c6f948f17474e34a7fc43ed030f7c1563f1babddf6340c82e0e54a8c5", Convert.ToHexStringLower(quote.QeReport.MrSigner));
        Assert.True(quote.PckChain.StartsWith("-----BEGIN CERTIFICATE-----"u8));
    }

    [Fact]
    public void Parses_QuoteWithThousandsOfPaddingBytes()
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        Assert.True(TdxQuote.TryParse(RealEvidence.Quote("v4_gce_cos113"), out var quote, out _));
        Assert.InRange(quote.Trailing.Length, 2_900, 3_100);
        Assert.True(quote.IsTrailingZero);
        Assert.Equal(new byte[32], quote.QeAuthData.ToArray());
    }

    [Fact]
    public void Claims_AreNamedAndValued_AsTheTrusteeVerifierDoes()
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        using var expected = JsonDocument.Parse(RealEvidence.Read("claims", "trustee_parse_tdx_claims_expected.json"));
        var verdict = TdxVerifier.Verify(RealEvidence.Quote("v4_debug_td_50806f"), collateral: null, RealEvidence.At("2023-07-01T00:00:00Z"), RealEvidence.Options("dn"));
        var body = expected.RootElement.GetProperty("quote").GetProperty("body").EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString()!);
        Assert.Equal(body.OrderBy(pair => pair.Key), verdict.Claims!.ToNamedHex().OrderBy(pair => pair.Key));
    }

    [Fact]
    public void Parse_CopiesNothing()
    {
        var bytes = new SyntheticQuote { Version = 5, BodyType = 3 }.Build();
        Assert.True(TdxQuote.TryParse(bytes, out _, out _));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var parsed = TdxQuote.TryParse(bytes, out var quote, out _) && quote.Body.IsTdx15;
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(parsed);
    }

    [Theory]
    [InlineData(0, 3, "version", "an SGX quote")]
    [InlineData(2, 3, "attestation key type", "P-384")]
    [InlineData(4, 0, "TEE type", "an SGX quote")]
    [InlineData(764, 1, "outer certification data type", "PPID in clear")]
    [InlineData(764, 7, "outer certification data type", "platform manifest")]
    [InlineData(1252, 4, "inner certification data type", "PCK leaf alone")]
    [InlineData(1252, 2, "inner certification data type", "encrypted PPID")]
    public void Refuses_OtherTypes_ByName(int offset, byte value, string field, string seen)
    {
        Assert.False(TdxQuote.TryParse(QuoteEdit.Set(new SyntheticQuote().Build(), offset, value), out _, out var defect));
        Assert.Equal(field, defect.Field);
        Assert.Contains(seen, defect.Seen, StringComparison.Ordinal);
        Assert.Contains(field + ": expected", defect.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_SgxBodyInVersion5_ByName()
    {
        var bytes = new SyntheticQuote { Version = 5, BodyType = 3 }.Build();
        bytes[48] = 1;
        Assert.False(TdxQuote.TryParse(bytes, out _, out var defect));
        Assert.Equal("1 (an SGX enclave report)", defect.Seen);
    }

    [Fact]
    public void Views_RefuseOtherLengths()
    {
        Assert.Throws<ArgumentException>(() => new TdReport(new byte[583]).Bytes.Length);
        Assert.Throws<ArgumentException>(() => new EnclaveReport(new byte[383]).Bytes.Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => new TdReport(new byte[584]).Rtmr(4).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => new TdReport(new byte[584]).Rtmr(-1).Length);
    }
}
