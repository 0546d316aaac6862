using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.Verification;

namespace TrustedServe.Attestation.Tests.Tdx.Verification;

/// <summary>Quotes of real platforms with Intel's collateral of their time: every row of the verdict matrix.</summary>
public sealed class RealVerdictTests
{
    [Theory]
    [InlineData("v4_debug_td_50806f", "2023", "2023-06-18T08:42:58Z", "d", TcbStatus.UpToDate)]
    [InlineData("v4_debug_td_50806f", "2023", "2023-07-01T00:00:00Z", "d", TcbStatus.UpToDate)]
    [InlineData("v4_debug_td_50806f", "2023", "2023-07-08T07:24:59Z", "d", TcbStatus.UpToDate)]
    [InlineData("v4_initdata_00a06d", "00a06d", "2025-10-28T06:45:09Z", "sc", TcbStatus.OutOfDate)]
    [InlineData("v4_initdata_00a06d", "00a06d", "2025-11-26T13:07:17Z", "sc", TcbStatus.OutOfDate)]
    [InlineData("v5_tdx15_90c06f", "90c06f", "2026-02-15T00:00:00Z", "ce", TcbStatus.UpToDate)]
    [InlineData("v4_azure_dcesv6_90c06f", "90c06f", "2026-02-15T00:00:00Z", "ce", TcbStatus.UpToDate)]
    [InlineData("v4_debug_td_50806f", "none", "2026-03-01T00:00:00Z", "dn", TcbStatus.Unknown)]
    [InlineData("v4_initdata_00a06d", "none", "2026-03-01T00:00:00Z", "dn", TcbStatus.Unknown)]
    [InlineData("v5_tdx15_90c06f", "none", "2026-03-01T00:00:00Z", "dn", TcbStatus.Unknown)]
    [InlineData("v4_aael_50806f", "none", "2026-03-01T00:00:00Z", "dn", TcbStatus.Unknown)]
    [InlineData("v4_azure_2024-01", "none", "2026-03-01T00:00:00Z", "dn", TcbStatus.Unknown)]
    [InlineData("v4_azure_2024-02", "none", "2026-03-01T00:00:00Z", "dn", TcbStatus.Unknown)]
    [InlineData("v4_azure_2025-11a", "none", "2026-03-01T00:00:00Z", "dn", TcbStatus.Unknown)]
    [InlineData("v4_azure_dcesv6_90c06f", "none", "2026-03-01T00:00:00Z", "dn", TcbStatus.Unknown)]
    [InlineData("v4_azure_trustee_2025-02", "none", "2026-03-01T00:00:00Z", "dn", TcbStatus.Unknown)]
    [InlineData("v4_gce_cos113", "none", "2026-03-01T00:00:00Z", "dn", TcbStatus.Unknown)]
    [InlineData("v4_spr_e4_prod", "none", "2026-03-01T00:00:00Z", "dnt", TcbStatus.Unknown)]
    public void Accepts_RealQuote(string quote, string collateral, string clock, string flags, TcbStatus status)
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        var verdict = TdxVerifier.Verify(RealEvidence.Quote(quote), RealEvidence.Collateral(collateral), RealEvidence.At(clock), RealEvidence.Options(flags));
        Assert.Null(verdict.Refusal);
        Assert.True(verdict.IsAccepted);
        Assert.Equal(status, verdict.Status);
    }

    [Theory]
    [InlineData("v4_debug_td_50806f", "2023", "2023-06-18T08:42:57Z", "dst", TdxStep.TcbInfoValidity)]
    [InlineData("v4_debug_td_50806f", "2023", "2023-07-08T07:25:00Z", "dst", TdxStep.QeIdentityValidity)]
    [InlineData("v4_debug_td_50806f", "2023", "2023-07-19T00:00:00Z", "dst", TdxStep.PckCrlValidity)]
    [InlineData("v4_debug_td_50806f", "2023", "2024-05-01T00:00:00Z", "dst", TdxStep.RootCrlValidity)]
    [InlineData("v4_debug_td_50806f", "2023", "2030-03-01T00:00:00Z", "dst", TdxStep.PckChainValidity)]
    [InlineData("v4_debug_td_50806f", "2023", "2033-06-01T00:00:00Z", "d", TdxStep.PckChainValidity)]
    [InlineData("v4_debug_td_50806f", "2023", "2023-02-07T08:02:54Z", "d", TdxStep.PckChainValidity)]
    [InlineData("v4_debug_td_50806f", "2023", "2023-07-01T00:00:00Z", "", TdxStep.Debug)]
    [InlineData("v4_debug_td_50806f", "none", "2023-07-01T00:00:00Z", "d", TdxStep.Collateral)]
    [InlineData("v4_spr_e4_prod", "2023", "2023-07-01T00:00:00Z", "dst", TdxStep.PlatformTcbLevel)]
    [InlineData("v4_spr_e4_prod", "2023", "2023-07-01T00:00:00Z", "ds", TdxStep.TrailingData)]
    [InlineData("v4_aael_50806f", "2023", "2023-07-01T00:00:00Z", "dst", TdxStep.PckChainValidity)]
    [InlineData("v4_initdata_00a06d", "00a06d", "2025-11-10T00:00:00Z", "c", TdxStep.TcbStatus)]
    [InlineData("v4_initdata_00a06d", "00a06d", "2025-10-28T06:45:08Z", "sc", TdxStep.QeIdentityValidity)]
    [InlineData("v4_initdata_00a06d", "00a06d", "2025-11-26T13:07:18Z", "sc", TdxStep.TcbInfoValidity)]
    [InlineData("v4_initdata_00a06d", "00a06d", "2025-11-10T00:00:00Z", "s", TdxStep.RootCrl)]
    [InlineData("v4_initdata_00a06d", "00a06d-old-signer", "2025-11-10T00:00:00Z", "sc", TdxStep.TcbInfoSignerValidity)]
    [InlineData("v4_initdata_00a06d", "00a06d-2023-crls", "2025-11-10T00:00:00Z", "sc", TdxStep.RootCrlValidity)]
    [InlineData("v5_tdx15_90c06f", "90c06f", "2026-02-15T00:00:00Z", "sc", TdxStep.QeIdentityValidity)]
    [InlineData("v4_azure_dcesv6_90c06f", "90c06f", "2026-02-15T00:00:00Z", "sc", TdxStep.QeIdentityValidity)]
    [InlineData("sgx_v3_occlum", "2023", "2023-07-01T00:00:00Z", "ds", TdxStep.Format)]
    [InlineData("sgx_v3_occlum", "none", "2026-03-01T00:00:00Z", "dn", TdxStep.Format)]
    public void Rejects_RealQuote(string quote, string collateral, string clock, string flags, TdxStep step)
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        var verdict = TdxVerifier.Verify(RealEvidence.Quote(quote), RealEvidence.Collateral(collateral), RealEvidence.At(clock), RealEvidence.Options(flags));
        Assert.Equal(step, verdict.Refusal?.Step);
        Assert.False(verdict.IsAccepted);
    }

    [Fact]
    public void Accepts_EveryFile_ByItsSignaturesAlone_ExceptTheSgxQuote()
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        var names = RealEvidence.Names("quotes").Where(name => name != "sgx_v3_occlum").ToList();
        Assert.NotEmpty(names);
        Assert.All(names, name =>
        {
            var verdict = TdxVerifier.Verify(RealEvidence.Quote(name), collateral: null, RealEvidence.At("2026-03-01T00:00:00Z"), RealEvidence.Options("dnt"));
            Assert.Null(verdict.Refusal);
            Assert.Equal(TcbStatus.Unknown, verdict.Status);
        });
    }

    [Fact]
    public void Rejects_EveryFileBelowAForeignRoot_WithIntelsNames()
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        var names = RealEvidence.Names("quotes-untrusted-root").ToList();
        Assert.NotEmpty(names);
        Assert.All(names, name =>
        {
            var quote = RealEvidence.Quote(name, "quotes-untrusted-root");
            var verdict = TdxVerifier.Verify(quote, collateral: null, RealEvidence.At("2024-01-01T00:00:00Z"), RealEvidence.Options("dnst"));
            Assert.Equal(TdxStep.TrustAnchor, verdict.Refusal?.Step);
        });
    }

    [Fact]
    public void Rejects_ModuleWithoutIdentity_EvenWhenDatesAreRight()
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);

        // The quote's certificate is younger than the collateral: only tolerated expiry gets as far as the missing TDX_01 identity.
        var verdict = TdxVerifier.Verify(RealEvidence.Quote("v4_aael_50806f"), RealEvidence.Collateral("2023"), RealEvidence.At("2025-01-01T00:00:00Z"), RealEvidence.Options("dse"));
        Assert.Equal(TdxStep.TdxModule, verdict.Refusal?.Step);
        Assert.Contains("TDX_01", verdict.Refusal!.Seen, StringComparison.Ordinal);
    }

    [Fact]
    public void Verdict_OutOfDatePlatformWithCurrentModule_NamesBothAndReportsTheWorse()
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        var verdict = TdxVerifier.Verify(RealEvidence.Quote("v4_initdata_00a06d"), RealEvidence.Collateral("00a06d"), RealEvidence.At("2025-11-10T00:00:00Z"), RealEvidence.Options("sc"));
        Assert.Equal(new PlatformStatus(TcbStatus.OutOfDate, TcbStatus.UpToDate), verdict.Tcb!.Launch);
        Assert.Equal(TcbStatus.UpToDate, verdict.Tcb.QuotingEnclave);
        Assert.Equal(RealEvidence.At("2018-01-04T00:00:00Z"), verdict.Tcb.Date);
        Assert.Equal(RealEvidence.At("2018-01-04T00:00:00Z"), verdict.Tcb.PlatformDate);
        Assert.Equal(17, verdict.EvaluationDataNumber);
        Assert.Equal([TdxStep.RootCrl, TdxStep.PckCrl], verdict.Waived.Select(step => step.Step));
    }

    [Fact]
    public void Verdict_Tdx15Quote_JudgesTheModuleAtLaunchAndNow()
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        var verdict = TdxVerifier.Verify(RealEvidence.Quote("v5_tdx15_90c06f"), RealEvidence.Collateral("90c06f"), RealEvidence.At("2026-02-15T00:00:00Z"), RealEvidence.Options("ce"));
        Assert.True(verdict.IsAccepted);
        Assert.Equal(new PlatformStatus(TcbStatus.UpToDate, TcbStatus.UpToDate), verdict.Tcb!.Launch);
        Assert.Equal(new PlatformStatus(TcbStatus.UpToDate, TcbStatus.UpToDate), verdict.Tcb.Current);
        Assert.Equal(RealEvidence.At("2024-11-13T00:00:00Z"), verdict.Tcb.PlatformDate);
        Assert.Empty(verdict.AdvisoryIds);
        var claims = verdict.Claims.ToNamedHex().ToDictionary();
        Assert.Equal("0b010400000000000000000000000000", claims["tcb_svn"]);
        Assert.Equal("0d010400000000000000000000000000", claims["tcb_svn2"]);
        Assert.StartsWith("7348651a", claims["mr_td"], StringComparison.Ordinal);
        Assert.StartsWith("945eaacf", claims["report_data"], StringComparison.Ordinal);
    }

    [Fact]
    public void Verdict_CompleteEvidence_SaysWhatExpiresFirst()
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        var verdict = TdxVerifier.Verify(RealEvidence.Quote("v4_debug_td_50806f"), RealEvidence.Collateral("2023"), RealEvidence.At("2023-07-01T00:00:00Z"), RealEvidence.Options("d"));
        Assert.Equal("QE identity", verdict.EarliestExpiry!.Name);
        Assert.Equal(RealEvidence.At("2023-07-08T07:24:59Z"), verdict.EarliestExpiry.Until);
        Assert.Equal("46e403bd34f05a3f2817ab9badcaacc7ffc98e0f261008cd30dae936cace18d5dcf58eef31463613de1570d516200993", verdict.RootKeyId);
        Assert.Equal("50806f000000", Convert.ToHexStringLower(verdict.Platform!.Fmspc.Span));
        Assert.Equal(11, verdict.Platform.PceSvn);
        Assert.Equal([5, 5, 13, 2, 3, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0], verdict.Platform.TcbComponents.ToArray());
    }

    [Fact]
    public void Verify_WithCollateralVerifiedBefore_GivesTheSameSteps()
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        var collateral = RealEvidence.Collateral("2023")!;
        var verified = VerifiedCollateral.Create(collateral);
        Assert.Null(verified.FirstDefect);
        var quote = RealEvidence.Quote("v4_debug_td_50806f");
        foreach (var clock in new[] { "2023-07-01T00:00:00Z", "2023-07-08T07:25:00Z", "2023-07-02T00:00:00Z", "2030-03-01T00:00:00Z" })
        {
            var fresh = TdxVerifier.Verify(quote, collateral, RealEvidence.At(clock), RealEvidence.Options("d"));
            var cached = TdxVerifier.Verify(quote, verified, RealEvidence.At(clock), RealEvidence.Options("d"));
            Assert.Equal(fresh.Steps, cached.Steps);
        }
    }
}
