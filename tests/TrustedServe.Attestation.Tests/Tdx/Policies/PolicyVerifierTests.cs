using System.Text;
using TrustedServe.Attestation.Tdx.Policies;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Attestation.Tests.Tdx.Policies;

public sealed class PolicyVerifierTests
{
    private static readonly byte[] Bound = [.. Enumerable.Repeat((byte)0x77, 48)];

    [Fact]
    public void GenuineGuest_ThatThePolicyNames_IsAccepted()
    {
        var quote = Quote();
        var verification = Verify(quote, Naming(quote));
        verification.ThrowIfRefused();
        Assert.True(verification.IsAccepted);
        Assert.Contains(verification.Policy!.Rules, rule => rule is { Rule: "minimum_evaluation_data_number", Seen: "17" });
    }

    [Theory]
    [InlineData(136, "mr_td")]
    [InlineData(184, "mr_config_id")]
    [InlineData(328, "rtmr_0")]
    [InlineData(376, "rtmr_1")]
    [InlineData(424, "rtmr_2")]
    [InlineData(472, "rtmr_3")]
    [InlineData(16, "mr_seam")]
    public void GenuineGuest_OfAnotherMeasurement_IsRefusedByThatRule(int offset, string rule)
    {
        var other = Quote(body => body[offset + 5] ^= 1);
        var verification = Verify(other, Naming(Quote()));

        Assert.True(verification.Quote.IsAccepted);
        Assert.False(verification.IsAccepted);
        Assert.Equal([rule], verification.Policy!.Rules.Where(result => !result.Passed).Select(result => result.Rule));
        Assert.Equal("TSF3342", Assert.Throws<TsfException>(verification.ThrowIfRefused).Code);
    }

    [Fact]
    public void Quote_BoundToSomethingElse_IsRefused_WhateverThePolicySays()
    {
        var quote = Quote();
        foreach (var asked in (byte[][])[[.. Bound.Select(b => (byte)(b + 1))], [.. Bound, .. Enumerable.Repeat((byte)1, 16)], []])
        {
            var verification = PolicyVerifier.Verify(quote, Collateral(), Naming(quote), asked, SyntheticCollateral.Clock);
            Assert.Equal(TdxStep.ReportData, verification.Quote.Refusal?.Step);
            Assert.False(verification.IsAccepted);
            Assert.Equal("TSF3201", Assert.Throws<TsfException>(verification.ThrowIfRefused).Code);
        }
    }

    [Fact]
    public void DebugGuest_IsRefused_UnlessThePolicySaysInsecure()
    {
        var quote = new SyntheticQuote { TdAttributes = [1, 0, 0, 0x10, 0, 0, 0, 0], EditBody = Bind }.Build();
        Assert.False(Verify(quote, Naming(quote)).IsAccepted);
        Assert.True(Verify(quote, Naming(quote, ", \"insecure_allow_debug\": true")).IsAccepted);
    }

    [Fact]
    public void OutOfDateGuest_IsAcceptedWithinItsGraceAlone()
    {
        var collateral = VerifiedCollateral.Create(new SyntheticCollateral { PlatformStatus = "OutOfDate" }.Build(), SyntheticPki.Shared.Anchor);
        var quote = Quote();

        // The level's tcbDate is 2025-05-01, 410 days before the clock.
        bool Accepted(int days) => PolicyVerifier.Verify(quote, collateral, Naming(quote, $", \"out_of_date_grace_days\": {days}"), Bound, SyntheticCollateral.Clock).IsAccepted;
        Assert.False(Accepted(0));
        Assert.False(Accepted(409));
        Assert.True(Accepted(410));
    }

    [Fact]
    public void OlderCollateralThanThePolicyAsks_IsRefused()
    {
        var quote = Quote();
        Assert.False(Verify(quote, Naming(quote, ", \"minimum_evaluation_data_number\": 18", minimum: false)).IsAccepted);
    }

    [Fact]
    public void PlatformOfAnEarlierDayThanThePolicyAsks_IsRefusedByThatRule()
    {
        var quote = Quote();
        Assert.True(Verify(quote, Naming(quote, ", \"minimum_tcb_date\": \"2025-05-01\"")).IsAccepted);
        var refused = Verify(quote, Naming(quote, ", \"minimum_tcb_date\": \"2025-05-02\""));
        Assert.True(refused.Quote.IsAccepted);
        Assert.Equal(["minimum_tcb_date"], refused.Policy!.Rules.Where(rule => !rule.Passed).Select(rule => rule.Rule));
    }

    [Fact]
    public void Bytes_ThatAreNoQuote_AreRefused()
    {
        var verification = Verify([1, 2, 3], Naming(Quote()));
        Assert.Null(verification.Policy);
        Assert.False(verification.IsAccepted);
        Assert.Equal("TSF3201", Assert.Throws<TsfException>(verification.ThrowIfRefused).Code);
    }

    [Fact]
    public void RealGuest_OutOfDate_IsExplainedByThePolicy()
    {
        var folder = Path.Combine(Repository.Shared ?? "", "data", "tdx");
        Assert.SkipUnless(Directory.Exists(folder), "the folder of third-party data is not beside the clone");
        var quote = File.ReadAllBytes(Path.Combine(folder, "quotes", "v4_debug_td_50806f.dat"));
        var signers = File.ReadAllBytes(Path.Combine(folder, "collateral", "tcb_signing_chain_2018-2025.pem"));
        byte[] Read(string name) => File.ReadAllBytes(Path.Combine(folder, "collateral", name));
        var collateral = VerifiedCollateral.Create(new()
        {
            TcbInfo = Read("tcbinfo_50806f000000_2023-06.json"),
            TcbInfoIssuerChain = signers,
            QeIdentity = Read("qe_identity_td_2023-06.json"),
            QeIdentityIssuerChain = signers,
            PckCrl = Read("pck_crl_platform_2023-06.der"),
            PckCrlIssuerChain = Read("pck_crl_issuer_chain.pem"),
            RootCaCrl = Read("root_ca_crl_2023-04.der"),
        });
        var clock = new DateTimeOffset(2023, 7, 1, 0, 0, 0, TimeSpan.Zero);
        var bound = quote.AsMemory(48 + 520, 64);

        Assert.True(PolicyVerifier.Verify(quote, collateral, Policy("""{"formatVersion": 1, "insecure_allow_debug": true, "minimum_evaluation_data_number": 15}"""), bound, clock).IsAccepted);
        var refused = PolicyVerifier.Verify(quote, collateral, Policy("""{"formatVersion": 1}"""), bound, clock);
        Assert.False(refused.IsAccepted);
        Assert.Equal(["insecure_allow_debug"], refused.Policy!.Rules.Where(rule => !rule.Passed).Select(rule => rule.Rule));
    }

    private static PolicyVerification Verify(byte[] quote, AttestationPolicy policy) => PolicyVerifier.Verify(quote, Collateral(), policy, Bound, SyntheticCollateral.Clock);

    private static VerifiedCollateral Collateral() => VerifiedCollateral.Create(new SyntheticCollateral().Build(), SyntheticPki.Shared.Anchor);

    private static byte[] Quote(Action<byte[]>? edit = null) => new SyntheticQuote
    {
        EditBody = body =>
        {
            Bind(body);
            edit?.Invoke(body);
        },
    }.Build();

    private static void Bind(byte[] body)
    {
        // A guest with initdata, bound to a digest.
        body.AsSpan(184, 48).Fill(0xcd);
        body.AsSpan(520, 64).Clear();
        Bound.CopyTo(body.AsSpan(520));
    }

    /// <summary>A policy for key release that names exactly this quote's guest.</summary>
    private static AttestationPolicy Naming(byte[] quote, string more = "", bool minimum = true)
    {
        string Hex(int offset) => Convert.ToHexStringLower(quote.AsSpan(48 + offset, 48));
        var json = $$"""
            {
              "formatVersion": 1,
              "mr_seam": ["{{Hex(16)}}"], "mr_td": ["{{Hex(136)}}"], "mr_config_id": ["{{Hex(184)}}"],
              "rtmr_0": ["{{Hex(328)}}"], "rtmr_1": ["{{Hex(376)}}"], "rtmr_2": ["{{Hex(424)}}"], "rtmr_3": ["{{Hex(472)}}"]{{(minimum ? ", \"minimum_evaluation_data_number\": 17" : "")}}{{more}}
            }
            """;
        return AttestationPolicy.Parse(Encoding.UTF8.GetBytes(json), PolicyUse.KeyRelease, "/nonexistent");
    }

    private static AttestationPolicy Policy(string json) => AttestationPolicy.Parse(Encoding.UTF8.GetBytes(json), PolicyUse.Inspection, "/nonexistent");
}
