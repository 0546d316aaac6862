using System.Text.Json.Nodes;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;

namespace TrustedServe.Attestation.Tests.Tdx.Verification;

/// <summary>What no quote of a real platform shows: every status, both authorities, revocation, every version and body, relaunch.</summary>
public sealed class SyntheticVerdictTests
{
    private static readonly TdxVerifierOptions AnyStatus = Options() with { AcceptedStatuses = [.. Enum.GetValues<TcbStatus>()] };

    [Theory]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    [InlineData(5, 3)]
    public void Accepts_EveryVersionAndBody(int version, int bodyType)
    {
        var verdict = Verify(new SyntheticQuote { Version = version, BodyType = bodyType }, new SyntheticCollateral(), Options());
        Assert.Null(verdict.Refusal);
        Assert.Equal(TcbStatus.UpToDate, verdict.Status);
        Assert.Equal(version, verdict.Claims!.QuoteVersion);
        Assert.Equal(["INTEL-SA-00001", "INTEL-SA-00005"], verdict.AdvisoryIds);
        Assert.All(verdict.Steps, step => Assert.True(step.Passed && !step.Waived, step.ToString()));
        Assert.Equal(verdict.Steps.Select(step => step.Step).Order(), verdict.Steps.Select(step => step.Step));
    }

    [Fact]
    public void Accepts_ProcessorAuthority()
    {
        var pki = SyntheticPki.Shared;
        var quote = new SyntheticQuote { Chain = SyntheticPki.Pem(pki.Leaf(processor: true), pki.ProcessorCa, pki.Root) };
        Assert.Null(Verify(quote, new SyntheticCollateral { Processor = true }, Options()).Refusal);
    }

    [Fact]
    public void Rejects_SyntheticRoot_ByDefault()
    {
        var verdict = TdxVerifier.Verify(new SyntheticQuote().Build(), new SyntheticCollateral().Build(), SyntheticCollateral.Clock);
        Assert.Equal(TdxStep.TrustAnchor, verdict.Refusal?.Step);
    }

    [Theory]
    [InlineData("UpToDate", "UpToDate", "UpToDate", TcbStatus.UpToDate)]
    [InlineData("SWHardeningNeeded", "UpToDate", "UpToDate", TcbStatus.SWHardeningNeeded)]
    [InlineData("ConfigurationNeeded", "UpToDate", "UpToDate", TcbStatus.ConfigurationNeeded)]
    [InlineData("ConfigurationAndSWHardeningNeeded", "UpToDate", "UpToDate", TcbStatus.ConfigurationAndSWHardeningNeeded)]
    [InlineData("OutOfDate", "UpToDate", "UpToDate", TcbStatus.OutOfDate)]
    [InlineData("OutOfDateConfigurationNeeded", "UpToDate", "UpToDate", TcbStatus.OutOfDateConfigurationNeeded)]
    [InlineData("UpToDate", "OutOfDate", "UpToDate", TcbStatus.OutOfDate)]
    [InlineData("UpToDate", "UpToDate", "OutOfDate", TcbStatus.OutOfDate)]
    [InlineData("SWHardeningNeeded", "OutOfDate", "UpToDate", TcbStatus.OutOfDate)]
    [InlineData("ConfigurationNeeded", "OutOfDate", "UpToDate", TcbStatus.OutOfDateConfigurationNeeded)]
    [InlineData("ConfigurationAndSWHardeningNeeded", "UpToDate", "OutOfDate", TcbStatus.OutOfDateConfigurationNeeded)]
    [InlineData("ConfigurationNeeded", "SWHardeningNeeded", "UpToDate", TcbStatus.ConfigurationAndSWHardeningNeeded)]
    public void Status_Converges_ToTheWorst_AndOnlyAPolicyThatNamesItAccepts(string platform, string module, string qe, TcbStatus status)
    {
        var collateral = new SyntheticCollateral { PlatformStatus = platform, ModuleStatus = module, QeStatus = qe };
        var verdict = Verify(new SyntheticQuote(), collateral, AnyStatus);
        Assert.Null(verdict.Refusal);
        Assert.Equal(status, verdict.Status);
        Assert.Null(Verify(new SyntheticQuote(), collateral, Options() with { AcceptedStatuses = [status] }).Refusal);
        var strict = Verify(new SyntheticQuote(), collateral, Options() with { AcceptedStatuses = [.. Enum.GetValues<TcbStatus>().Except([status])] });
        Assert.Equal(TdxStep.TcbStatus, strict.Refusal?.Step);
        Assert.Equal(status.ToString(), strict.Refusal!.Seen);
    }

    [Theory]
    [InlineData("Revoked", "UpToDate", "UpToDate")]
    [InlineData("UpToDate", "Revoked", "UpToDate")]
    [InlineData("UpToDate", "UpToDate", "Revoked")]
    [InlineData("Revoked", "OutOfDate", "OutOfDateConfigurationNeeded")]
    public void Rejects_Revoked_WhateverThePolicyAccepts(string platform, string module, string qe)
    {
        var verdict = Verify(new SyntheticQuote(), new SyntheticCollateral { PlatformStatus = platform, ModuleStatus = module, QeStatus = qe }, AnyStatus);
        Assert.Equal(TdxStep.TcbStatus, verdict.Refusal?.Step);
        Assert.Equal(TcbStatus.Revoked, verdict.Status);
    }

    public static TheoryData<string, TcbStatus> PartsAndStatuses()
    {
        var rows = new TheoryData<string, TcbStatus>();
        foreach (var part in (string[])["platform", "module", "quoting enclave"])
        {
            foreach (var status in Enum.GetValues<TcbStatus>().Where(status => status is not (TcbStatus.Unknown or TcbStatus.TDRelaunchAdvised or TcbStatus.TDRelaunchAdvisedConfigurationNeeded)))
            {
                rows.Add(part, status);
            }
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(PartsAndStatuses))]
    public void Status_OfEachPart_IsThatOfTheWhole_WhenTheOthersAreUpToDate(string part, TcbStatus status)
    {
        var collateral = part switch
        {
            "platform" => new SyntheticCollateral { PlatformStatus = status.ToString() },
            "module" => new SyntheticCollateral { ModuleStatus = status.ToString() },
            _ => new SyntheticCollateral { QeStatus = status.ToString() },
        };
        var verdict = Verify(new SyntheticQuote(), collateral, AnyStatus);
        Assert.Equal(status, verdict.Status);
        Assert.Equal(status == TcbStatus.Revoked ? TdxStep.TcbStatus : null, verdict.Refusal?.Step);
        Assert.Equal(status == TcbStatus.UpToDate ? null : TdxStep.TcbStatus, Verify(new SyntheticQuote(), collateral, Options()).Refusal?.Step);
    }

    [Theory]
    [InlineData(4, 4, "2025-05-01T00:00:00Z")]
    [InlineData(2, 4, "2024-03-13T00:00:00Z")]
    [InlineData(4, 2, "2024-03-13T00:00:00Z")]
    public void PlatformDate_IsThatOfThePlatformsOwnLevel_TheEarlierOfTwo(byte launched, byte running, string date)
    {
        var quote = new SyntheticQuote { Version = 5, BodyType = 3, TeeTcbSvn = Svn(7, launched), TeeTcbSvn2 = Svn(7, running) };
        var ofLongAgo = new SyntheticCollateral { EditQeIdentity = identity => identity["tcbLevels"]![0]!["tcbDate"] = "2018-01-04T00:00:00Z" };
        var verdict = Verify(quote, ofLongAgo, AnyStatus);
        Assert.Equal(RealEvidence.At(date), verdict.Tcb!.PlatformDate);
        Assert.Equal(RealEvidence.At("2018-01-04T00:00:00Z"), verdict.Tcb.Date);
    }

    [Theory]
    [InlineData(5, "UpToDate", 7, TcbStatus.TDRelaunchAdvised)]
    [InlineData(5, "SWHardeningNeeded", 7, TcbStatus.TDRelaunchAdvised)]
    [InlineData(5, "ConfigurationNeeded", 7, TcbStatus.TDRelaunchAdvisedConfigurationNeeded)]
    [InlineData(5, "OutOfDate", 7, TcbStatus.OutOfDate)]
    [InlineData(5, "UpToDate", 5, TcbStatus.OutOfDate)]
    [InlineData(7, "UpToDate", 9, TcbStatus.UpToDate)]
    [InlineData(7, "UpToDate", 4, TcbStatus.OutOfDate)]
    [InlineData(5, "UpToDate", 2, TcbStatus.Revoked)]
    [InlineData(3, "UpToDate", 7, TcbStatus.Revoked)]
    public void Relaunch_JudgesTheModuleAtLaunchAndNow(byte launched, string platform, byte running, TcbStatus status)
    {
        var quote = new SyntheticQuote { Version = 5, BodyType = 3, TeeTcbSvn = Svn(launched), TeeTcbSvn2 = Svn(running) };
        var verdict = Verify(quote, new SyntheticCollateral { PlatformStatus = platform }, AnyStatus);
        Assert.Equal(status, verdict.Status);
        Assert.Equal(status == TcbStatus.Revoked ? TdxStep.TcbStatus : null, verdict.Refusal?.Step);
        Assert.Equal(status == TcbStatus.UpToDate, Verify(quote, new SyntheticCollateral { PlatformStatus = platform }, Options()).IsAccepted);
    }

    [Fact]
    public void Relaunch_ReportsTheAdvisoriesOfBothModules()
    {
        var quote = new SyntheticQuote { Version = 5, BodyType = 3, TeeTcbSvn = Svn(5), TeeTcbSvn2 = Svn(7) };
        var verdict = Verify(quote, new SyntheticCollateral(), AnyStatus);
        Assert.Equal(["INTEL-SA-00001", "INTEL-SA-00004", "INTEL-SA-00005"], verdict.AdvisoryIds);
        Assert.Equal(new PlatformStatus(TcbStatus.UpToDate, TcbStatus.OutOfDate), verdict.Tcb!.Launch);
        Assert.Equal(new PlatformStatus(TcbStatus.UpToDate, TcbStatus.UpToDate), verdict.Tcb.Current);
    }

    [Fact]
    public void Module_Tdx10_IsJudgedByThePlatformLevelAlone()
    {
        var quote = new SyntheticQuote { TeeTcbSvn = [5, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] };
        Assert.Null(Verify(quote, new SyntheticCollateral(), Options()).Refusal);
        var older = quote with { TeeTcbSvn = [4, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] };
        Assert.Equal(TcbStatus.OutOfDate, Verify(older, new SyntheticCollateral(), AnyStatus).Status);
        var withoutModule = new SyntheticCollateral { EditTcbInfo = info => info.Remove("tdxModule") };
        Assert.Equal(TdxStep.TdxModule, Verify(quote, withoutModule, AnyStatus).Refusal?.Step);
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    [InlineData(5, 3)]
    public void Rejects_ModuleOfAnotherSigner_AndWithOtherAttributes(int version, int bodyType)
    {
        var quote = new SyntheticQuote { Version = version, BodyType = bodyType };
        Assert.Equal(TdxStep.TdxModule, Verify(quote with { MrSignerSeam = [.. new byte[47], 1] }, new SyntheticCollateral(), AnyStatus).Refusal?.Step);
        Assert.Equal(TdxStep.TdxModule, Verify(quote with { SeamAttributes = [.. new byte[7], 1] }, new SyntheticCollateral(), AnyStatus).Refusal?.Step);
    }

    [Theory]
    [InlineData("0a01", null, TdxStep.PckRevocation)]
    [InlineData(null, "956f", TdxStep.IntermediateRevocation)]
    [InlineData(null, "7e38", TdxStep.TcbInfoSignerRevocation)]
    public void Rejects_RevokedCertificates(string? byAuthority, string? byRoot, TdxStep step)
    {
        // Serial numbers with the high bit set are written with a leading zero byte by both sides.
        var collateral = new SyntheticCollateral
        {
            RevokedByAuthority = byAuthority is null ? ["0b01"] : ["0b01", byAuthority, "0c01"],
            RevokedByRoot = byRoot is null ? [] : [byRoot],
        };
        Assert.Equal(step, Verify(new SyntheticQuote(), collateral, AnyStatus).Refusal?.Step);
    }

    [Theory]
    [InlineData("2026-05-31T23:59:59Z", TdxStep.RootCrlValidity)]
    [InlineData("2026-07-01T00:00:01Z", TdxStep.RootCrlValidity)]
    [InlineData("2024-12-31T23:59:59Z", TdxStep.PckChainValidity)]
    [InlineData("2035-01-01T00:00:01Z", TdxStep.PckChainValidity)]
    [InlineData("2026-06-01T00:00:00Z", null)]
    [InlineData("2026-07-01T00:00:00Z", null)]
    public void Clock_BothEndsBelongToTheValidity(string clock, TdxStep? step)
    {
        var verdict = TdxVerifier.Verify(new SyntheticQuote().Build(), new SyntheticCollateral().Build(), RealEvidence.At(clock), Options());
        Assert.Equal(step, verdict.Refusal?.Step);
    }

    [Fact]
    public void Collateral_ExpiredInAnyPiece_IsRefusedAndNamed_UnlessTolerated()
    {
        var late = SyntheticCollateral.Next.AddDays(1);
        var later = SyntheticCollateral.Next.AddDays(30).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var pki = SyntheticPki.Shared;
        var quote = new SyntheticQuote().Build();
        var all = new SyntheticCollateral { EditTcbInfo = Until, EditQeIdentity = Until }.Build() with
        {
            RootCaCrl = SyntheticPki.Crl("Intel SGX Root CA", pki.RootKey, SyntheticCollateral.Issued, late),
            PckCrl = SyntheticPki.Crl("Intel SGX PCK Platform CA", pki.PlatformKey, SyntheticCollateral.Issued, late),
        };
        var expiring = new SyntheticCollateral().Build();
        Assert.Null(Step(all));
        Assert.Equal(TdxStep.RootCrlValidity, Step(all with { RootCaCrl = expiring.RootCaCrl }));
        Assert.Equal(TdxStep.PckCrlValidity, Step(all with { PckCrl = expiring.PckCrl }));
        Assert.Equal(TdxStep.TcbInfoValidity, Step(all with { TcbInfo = expiring.TcbInfo }));
        Assert.Equal(TdxStep.QeIdentityValidity, Step(all with { QeIdentity = expiring.QeIdentity }));
        var tolerated = TdxVerifier.Verify(quote, expiring, late, Options() with { InsecureAllowExpiredCollateral = true });
        Assert.Null(tolerated.Refusal);
        Assert.Equal([TdxStep.RootCrlValidity, TdxStep.PckCrlValidity, TdxStep.TcbInfoValidity, TdxStep.QeIdentityValidity], tolerated.Waived.Select(step => step.Step));

        TdxStep? Step(TdxCollateral collateral) => TdxVerifier.Verify(quote, collateral, late, Options()).Refusal?.Step;
        void Until(JsonObject document) => document["nextUpdate"] = later;
    }

    [Fact]
    public void Collateral_NotYetIssued_IsNeverTolerated()
    {
        var verdict = TdxVerifier.Verify(
            new SyntheticQuote().Build(), new SyntheticCollateral { EditTcbInfo = info => info["issueDate"] = "2026-06-20T00:00:00Z" }.Build(), SyntheticCollateral.Clock,
            Options() with { InsecureAllowExpiredCollateral = true });
        Assert.Equal(TdxStep.TcbInfoValidity, verdict.Refusal?.Step);
    }

    [Theory]
    [InlineData(0x01)]
    [InlineData(0x10)]
    [InlineData(0x20)]
    [InlineData(0x80)]
    public void Debug_AnyBitOfTheDebugByte_IsRefusedByDefault(byte bits)
    {
        var quote = new SyntheticQuote { TdAttributes = [bits, 0, 0, 0x10, 0, 0, 0, 0] };
        Assert.Equal(TdxStep.Debug, Verify(quote, new SyntheticCollateral(), AnyStatus).Refusal?.Step);
        var allowed = Verify(quote, new SyntheticCollateral(), Options() with { InsecureAllowDebug = true });
        Assert.True(allowed.IsAccepted);
        Assert.Equal([TdxStep.Debug], allowed.Waived.Select(step => step.Step));
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    [InlineData(5, 3)]
    public void Migratable_IsRefused_WhateverElseTheOptionsAllow(int version, int bodyType)
    {
        var quote = new SyntheticQuote { Version = version, BodyType = bodyType, TdAttributes = [0, 0, 0, 0x30, 0, 0, 0, 0] };
        Assert.Equal(TdxStep.ServiceTd, Verify(quote, new SyntheticCollateral(), AnyStatus with { InsecureAllowDebug = true }).Refusal?.Step);
        var withoutCollateral = TdxVerifier.Verify(quote.Build(), collateral: null, SyntheticCollateral.Clock, Options() with { InsecureAllowMissingCollateral = true });
        Assert.Equal(TdxStep.ServiceTd, withoutCollateral.Refusal?.Step);
    }

    [Fact]
    public void ServiceTd_IsRefused_UnlessItIsTheExpectedOne()
    {
        var quote = new SyntheticQuote { Version = 5, BodyType = 3, EditBody = body => SyntheticQuote.Measurement(0x66).CopyTo(body, 600) };
        Assert.Equal(TdxStep.ServiceTd, Verify(quote, new SyntheticCollateral(), AnyStatus).Refusal?.Step);
        Assert.True(Verify(quote, new SyntheticCollateral(), Expecting(0x66)).IsAccepted);
        Assert.True(Verify(quote with { TdAttributes = [0, 0, 0, 0x30, 0, 0, 0, 0] }, new SyntheticCollateral(), Expecting(0x66)).IsAccepted);
        Assert.Equal(TdxStep.Measurement, Verify(quote, new SyntheticCollateral(), Expecting(0x67)).Refusal?.Step);

        // Nothing is bound yet, so whatever the host likes can be.
        var open = new SyntheticQuote { Version = 5, BodyType = 3, TdAttributes = [0, 0, 0, 0x30, 0, 0, 0, 0] };
        Assert.Equal(TdxStep.ServiceTd, Verify(open, new SyntheticCollateral(), Expecting(0)).Refusal?.Step);

        static TdxVerifierOptions Expecting(byte value) => Options() with { Expectations = new TdxExpectations { MrServiceTd = [SyntheticQuote.Measurement(value)] } };
    }

    [Fact]
    public void TrailingData_OnlyZeros_UnlessAllowed()
    {
        Assert.True(Verify(new SyntheticQuote { Trailing = new byte[3000] }, new SyntheticCollateral(), Options()).IsAccepted);
        var quote = new SyntheticQuote { Trailing = [0, 0, 1] };
        Assert.Equal(TdxStep.TrailingData, Verify(quote, new SyntheticCollateral(), AnyStatus).Refusal?.Step);
        Assert.True(Verify(quote, new SyntheticCollateral(), Options() with { AllowTrailingData = true }).IsAccepted);
    }

    [Fact]
    public void Refusal_BecomesTheTypedError_NamingStepExpectedAndSeen()
    {
        var verdict = Verify(new SyntheticQuote { QeSvn = 1 }, new SyntheticCollateral(), Options());
        var error = Assert.Throws<TrustedServe.Protocol.Errors.TsfException>(verdict.ThrowIfRefused);
        Assert.Equal("TSF3201", error.Code);
        Assert.Contains("QeTcbLevel: expected", error.Message, StringComparison.Ordinal);
        Verify(new SyntheticQuote(), new SyntheticCollateral(), Options()).ThrowIfRefused();
    }

    [Fact]
    public void VerifiedCollateral_SharedByManyThreads_GivesEveryoneTheirVerdict()
    {
        var good = new SyntheticQuote().Build();
        var bad = new SyntheticQuote { QeSvn = 1 }.Build();
        var verified = VerifiedCollateral.Create(new SyntheticCollateral().Build() with { PckCrlIssuerChain = default }, SyntheticPki.Shared.Anchor);
        var verdicts = new TdxStep?[200];
        Parallel.For(0, verdicts.Length, i => verdicts[i] = TdxVerifier.Verify(i % 2 == 0 ? good : bad, verified, SyntheticCollateral.Clock, Options()).Refusal?.Step);
        Assert.All(verdicts.Index(), pair => Assert.Equal(pair.Index % 2 == 0 ? null : TdxStep.QeTcbLevel, pair.Item));
    }

    internal static TdxVerifierOptions Options() => new() { TrustAnchor = SyntheticPki.Shared.Anchor };

    internal static TdxVerdict Verify(SyntheticQuote quote, SyntheticCollateral collateral, TdxVerifierOptions options) =>
        TdxVerifier.Verify(quote.Build(), collateral.Build(), SyntheticCollateral.Clock, options);

    private static byte[] Svn(byte module, byte microcode = 4) => [module, 1, microcode, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
}
