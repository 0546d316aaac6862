using System.Text;
using System.Text.Json.Nodes;
using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;

namespace TrustedServe.Attestation.Tests.Tdx.Verification;

/// <summary>Spoils collateral, Intel's own and synthetic, and names the step that must notice.</summary>
public sealed class CollateralTamperingTests
{
    private static readonly SyntheticPki Pki = SyntheticPki.Shared;

    public static TheoryData<string, TdxStep?> Edits => new()
    {
        { "status edited", TdxStep.TcbInfoSignature },
        { "next update moved", TdxStep.TcbInfoSignature },
        { "a version lowered", TdxStep.TcbInfoSignature },
        { "advisories removed", TdxStep.TcbInfoSignature },
        { "written again with spaces", TdxStep.TcbInfoSignature },
        { "written again in another order", TdxStep.TcbInfoSignature },
        { "FMSPC in the other case", TdxStep.TcbInfoSignature },
        { "signature changed", TdxStep.TcbInfoSignature },
        { "signature in upper case", null },
        { "spaces outside the object", null },
        { "signature shortened", TdxStep.TcbInfoDocument },
        { "signature lengthened", TdxStep.TcbInfoDocument },
        { "signature missing", TdxStep.TcbInfoDocument },
        { "signature not hexadecimal", TdxStep.TcbInfoDocument },
        { "tcbInfo doubled, the signed one last", TdxStep.TcbInfoDocument },
        { "tcbInfo doubled, the signed one first", TdxStep.TcbInfoDocument },
        { "another member", TdxStep.TcbInfoDocument },
        { "a member doubled inside", TdxStep.TcbInfoDocument },
        { "cut short", TdxStep.TcbInfoDocument },
        { "not an object", TdxStep.TcbInfoDocument },
        { "not UTF-8", TdxStep.TcbInfoDocument },
        { "nested deeply", TdxStep.TcbInfoDocument },
        { "empty", TdxStep.TcbInfoDocument },
        { "longer than 1 MiB", TdxStep.TcbInfoDocument },
        { "QE identity instead", TdxStep.TcbInfoDocument },
    };

    [Theory]
    [MemberData(nameof(Edits))]
    public void RealTcbInfo_Edited_IsRefusedAtTheNamedStep(string name, TdxStep? step)
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        var collateral = RealEvidence.Collateral("2023")!;
        Assert.Equal(step, VerifyReal(Edit(collateral, name)).Refusal?.Step);
    }

    [Theory]
    [MemberData(nameof(Edits))]
    public void SyntheticTcbInfo_Edited_IsRefusedAtTheNamedStep(string name, TdxStep? step) =>
        Assert.Equal(step, Verify(Edit(new SyntheticCollateral().Build(), name)).Refusal?.Step);

    [Fact]
    public void RealCollateral_SpoiltOrExchanged_IsRefused()
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        var good = RealEvidence.Collateral("2023")!;
        CheckExchanges(good, VerifyReal);
        Assert.Equal(TdxStep.QeIdentitySignature, VerifyReal(good with { QeIdentity = Replace(good.QeIdentity, "\"isvsvn\":4", "\"isvsvn\":3") }).Refusal?.Step);

        // The other platform's collateral at a date at which all of it is valid.
        var other = TdxVerifier.Verify(RealEvidence.Quote("v4_debug_td_50806f"), RealEvidence.Collateral("00a06d"), RealEvidence.At("2025-11-10T00:00:00Z"), RealEvidence.Options("dsc"));
        Assert.Equal(TdxStep.Platform, other.Refusal?.Step);
    }

    [Fact]
    public void SyntheticCollateral_SpoiltOrExchanged_IsRefused() => CheckExchanges(new SyntheticCollateral().Build(), Verify);

    [Theory]
    [InlineData("id", "SGX", TdxStep.TcbInfo)]
    [InlineData("version", 2, TdxStep.TcbInfo)]
    [InlineData("tcbType", 1, TdxStep.TcbInfo)]
    [InlineData("issueDate", "yesterday", TdxStep.TcbInfo)]
    [InlineData("nextUpdate", "2026-07-01T00:00:00+00:00", TdxStep.TcbInfo)]
    [InlineData("fmspc", "90c06f0000", TdxStep.TcbInfo)]
    [InlineData("fmspc", "00906ED50000", TdxStep.Platform)]
    [InlineData("pceId", "0001", TdxStep.Platform)]
    [InlineData("tcbEvaluationDataNumber", -1, TdxStep.TcbInfo)]
    [InlineData("tcbEvaluationDataNumber", "18", TdxStep.TcbInfo)]
    [InlineData("tcbLevels", "none", TdxStep.TcbInfo)]
    public void TcbInfo_SignedButWrong_IsRefused(string member, object value, TdxStep step)
    {
        var verdict = Verify(new SyntheticCollateral { EditTcbInfo = info => info[member] = JsonValue.Create(value) }.Build());
        Assert.Equal(step, verdict.Refusal?.Step);
    }

    [Theory]
    [InlineData("id", "QE", TdxStep.QeIdentity)]
    [InlineData("id", "QVE", TdxStep.QeIdentity)]
    [InlineData("version", 3, TdxStep.QeIdentity)]
    [InlineData("mrsigner", "00", TdxStep.QeIdentity)]
    [InlineData("isvprodid", 3, TdxStep.QeReport)]
    [InlineData("miscselect", "01000000", TdxStep.QeReport)]
    [InlineData("attributes", "13000000000000000000000000000000", TdxStep.QeReport)]
    [InlineData("mrsigner", "DC9E2A7C6F948F17474E34A7FC43ED030F7C1563F1BABDDF6340C82E0E54A8C5", TdxStep.QeReport)]
    public void QeIdentity_SignedButWrong_IsRefused(string member, object value, TdxStep step)
    {
        var verdict = Verify(new SyntheticCollateral { EditQeIdentity = identity => identity[member] = JsonValue.Create(value) }.Build());
        Assert.Equal(step, verdict.Refusal?.Step);
    }

    [Fact]
    public void TcbLevels_NoneReached_IsRefusedAtTheNamedStep()
    {
        Assert.Equal(TdxStep.PlatformTcbLevel, Step(info => info["tcbLevels"] = new JsonArray()));
        Assert.Equal(TdxStep.PlatformTcbLevel, Step(info => info["tcbLevels"]![1]!["tcb"]!["pcesvn"] = 14, info => info["tcbLevels"]!.AsArray().RemoveAt(0)));
        Assert.Equal(TdxStep.TdxModuleTcbLevel, Step(info => info["tdxModuleIdentities"]![1]!["tcbLevels"] = new JsonArray(SyntheticCollateral.Level(8, "UpToDate"))));
        Assert.Equal(TdxStep.TdxModule, Step(info => info["tdxModuleIdentities"] = new JsonArray()));
        Assert.Equal(TdxStep.TdxModule, Step(info => info.Remove("tdxModuleIdentities")));
        Assert.Equal(TdxStep.TdxModule, Step(info => info["tdxModuleIdentities"]![1]!["mrsigner"] = new string('1', 96)));
        Assert.Equal(TdxStep.TdxModule, Step(info => info["tdxModuleIdentities"]![1]!["attributes"] = "0100000000000000"));
        Assert.Equal(TdxStep.TcbInfo, Step(info => info["tcbLevels"]![0]!["tcbStatus"] = "Fine"));
        Assert.Equal(TdxStep.TcbInfo, Step(info => info["tcbLevels"]![0]!.AsObject().Remove("tcbDate")));
        Assert.Equal(TdxStep.TcbInfo, Step(info => info["tcbLevels"]![0]!["tcb"]!["sgxtcbcomponents"]!.AsArray().RemoveAt(0)));
        Assert.Equal(TdxStep.TcbInfo, Step(info => info["tcbLevels"]![0]!["tcb"]!["tdxtcbcomponents"]![0]!["svn"] = 256));
        Assert.Null(Step(info => info["tdxModuleIdentities"]![1]!["id"] = "tdx_01"));

        static TdxStep? Step(params Action<JsonObject>[] edits) =>
            Verify(new SyntheticCollateral { EditTcbInfo = info => Array.ForEach(edits, edit => edit(info)) }.Build()).Refusal?.Step;
    }

    [Fact]
    public void EvaluationNumber_BelowTheMinimum_IsRefused()
    {
        var options = SyntheticVerdictTests.Options();
        Assert.Equal(TdxStep.EvaluationDataNumber, SyntheticVerdictTests.Verify(new SyntheticQuote(), new SyntheticCollateral(), options with { MinimumEvaluationDataNumber = 18 }).Refusal?.Step);
        Assert.True(SyntheticVerdictTests.Verify(new SyntheticQuote(), new SyntheticCollateral(), options with { MinimumEvaluationDataNumber = 17 }).IsAccepted);
        var replayed = new SyntheticCollateral { EditTcbInfo = info => info["tcbEvaluationDataNumber"] = 16 };
        Assert.Equal(TdxStep.EvaluationDataNumber, SyntheticVerdictTests.Verify(new SyntheticQuote(), replayed, options with { MinimumEvaluationDataNumber = 17 }).Refusal?.Step);
    }

    [Fact]
    public void Crl_OfAnotherForm_IsRefused()
    {
        var good = new SyntheticCollateral().Build();
        Assert.Equal(TdxStep.PckCrl, Verify(good with { PckCrl = Crl(SyntheticCollateral.Next, "2.5.29.27") }).Refusal?.Step);
        Assert.Equal(TdxStep.PckCrl, Verify(good with { PckCrl = Crl(SyntheticCollateral.Next, "2.5.29.28") }).Refusal?.Step);
        Assert.Equal(TdxStep.PckCrl, Verify(good with { PckCrl = Crl(null, null) }).Refusal?.Step);
        Assert.True(Verify(good with { PckCrlIssuerChain = default }).IsAccepted);
        Assert.Equal(TdxStep.PckCrl, Verify(good with { PckCrlIssuerChain = SyntheticPki.Pem(Pki.ProcessorCa, Pki.Root) }).Refusal?.Step);
        var forged = SyntheticPki.Crl(CertificateRules.PlatformAuthorityName, Pki.ProcessorKey, SyntheticCollateral.Issued, SyntheticCollateral.Next);
        Assert.Equal(TdxStep.PckCrl, Verify(good with { PckCrl = forged }).Refusal?.Step);
        Assert.Equal(TdxStep.PckCrl, Verify(good with { PckCrl = forged, PckCrlIssuerChain = default }).Refusal?.Step);

        static byte[] Crl(DateTimeOffset? next, string? extension) =>
            SyntheticPki.Crl(CertificateRules.PlatformAuthorityName, Pki.PlatformKey, SyntheticCollateral.Issued, next, extension, []);
    }

    [Fact]
    public void Signer_InAnotherRole_IsRefused()
    {
        var good = new SyntheticCollateral().Build();
        var expired = SyntheticPki.Make(CertificateRules.TcbSignerName, Pki.TcbKey, Pki.Root, Pki.RootKey, "7e38", false, until: SyntheticCollateral.Clock.AddDays(-1));
        Assert.Equal(TdxStep.TcbInfoSigner, Verify(good with { TcbInfoIssuerChain = SyntheticPki.Pem(Pki.PlatformCa, Pki.Root) }).Refusal?.Step);
        Assert.Equal(TdxStep.QeIdentitySigner, Verify(good with { QeIdentityIssuerChain = SyntheticPki.Pem(Pki.PlatformCa, Pki.Root) }).Refusal?.Step);
        Assert.Equal(TdxStep.TcbInfoSigner, Verify(good with { TcbInfoIssuerChain = SyntheticPki.Pem(Pki.TcbSigner) }).Refusal?.Step);
        Assert.Equal(TdxStep.TcbInfoSigner, Verify(good with { TcbInfoIssuerChain = SyntheticPki.Pem(Pki.TcbSigner, new SyntheticPki().Root) }).Refusal?.Step);
        Assert.Equal(TdxStep.TcbInfoSignerValidity, Verify(good with { TcbInfoIssuerChain = SyntheticPki.Pem(expired, Pki.Root) }).Refusal?.Step);
        Assert.Equal(TdxStep.QeIdentitySignerValidity, Verify(good with { QeIdentityIssuerChain = SyntheticPki.Pem(expired, Pki.Root) }).Refusal?.Step);
        var revoked = SyntheticPki.Make(CertificateRules.TcbSignerName, Pki.TcbKey, Pki.Root, Pki.RootKey, "7e39", false);
        var list = SyntheticPki.Crl(CertificateRules.RootName, Pki.RootKey, SyntheticCollateral.Issued, SyntheticCollateral.Next, "7e39");
        Assert.Equal(TdxStep.QeIdentitySignerRevocation, Verify(good with { QeIdentityIssuerChain = SyntheticPki.Pem(revoked, Pki.Root), RootCaCrl = list }).Refusal?.Step);
    }

    private static void CheckExchanges(TdxCollateral good, Func<TdxCollateral, TdxVerdict> verify)
    {
        Assert.True(verify(good).IsAccepted);
        Assert.Equal(TdxStep.TcbInfoDocument, verify(good with { TcbInfo = good.QeIdentity, QeIdentity = good.TcbInfo }).Refusal?.Step);
        Assert.Equal(TdxStep.QeIdentityDocument, verify(good with { QeIdentity = good.TcbInfo }).Refusal?.Step);
        Assert.Equal(TdxStep.PckCrl, verify(good with { PckCrl = good.RootCaCrl }).Refusal?.Step);
        Assert.Equal(TdxStep.PckCrl, verify(good with { PckCrl = Flip(good.PckCrl) }).Refusal?.Step);
        Assert.Equal(TdxStep.PckCrl, verify(good with { PckCrl = good.PckCrl[..^1] }).Refusal?.Step);
        Assert.Equal(TdxStep.PckCrl, verify(good with { PckCrl = default }).Refusal?.Step);
        Assert.Equal(TdxStep.RootCrl, verify(good with { RootCaCrl = good.PckCrl }).Refusal?.Step);
        Assert.Equal(TdxStep.RootCrl, verify(good with { RootCaCrl = Flip(good.RootCaCrl) }).Refusal?.Step);
        Assert.Equal(TdxStep.RootCrl, verify(good with { RootCaCrl = good.RootCaCrl[..^1] }).Refusal?.Step);
        Assert.Equal(TdxStep.RootCrl, verify(good with { RootCaCrl = default }).Refusal?.Step);
    }

    private static TdxCollateral Edit(TdxCollateral good, string name)
    {
        var text = Encoding.UTF8.GetString(good.TcbInfo.Span).Trim();
        var at = text.LastIndexOf("\"signature\":\"", StringComparison.Ordinal) + "\"signature\":\"".Length;
        var signature = text[at..(at + 128)];
        byte[] edited = name switch
        {
            "status edited" => Bytes(text.Replace("\"OutOfDate\"", "\"UpToDate \"", StringComparison.Ordinal)),
            "next update moved" => Bytes(text.Replace("\"nextUpdate\":\"20", "\"nextUpdate\":\"21", StringComparison.Ordinal)),
            "a version lowered" => Bytes(text.Replace("\"svn\":5", "\"svn\":4", StringComparison.Ordinal)),
            "advisories removed" => Bytes(text.Replace("advisoryIDs", "advisoryIDS", StringComparison.Ordinal)),
            "written again with spaces" => Bytes(text.Replace(":", ": ", StringComparison.Ordinal)),
            "written again in another order" => Bytes(Reordered(text)),
            "FMSPC in the other case" => Bytes(text.Replace("c06f", "C06F", StringComparison.Ordinal).Replace("50806f", "50806F", StringComparison.Ordinal).Replace("90C06f", "90c06f", StringComparison.Ordinal)),
            "signature changed" => Bytes(text[..at] + (text[at] == '0' ? '1' : '0') + text[(at + 1)..]),
            "signature in upper case" => Bytes(text.Replace(signature, signature.ToUpperInvariant(), StringComparison.Ordinal)),
            "spaces outside the object" => Bytes("\n " + text[..(at - 13)] + "\n" + text[(at - 13)..] + "\n"),
            "signature shortened" => Bytes(text.Replace(signature, signature[2..], StringComparison.Ordinal)),
            "signature lengthened" => Bytes(text.Replace(signature, signature + "00", StringComparison.Ordinal)),
            "signature missing" => Bytes(text[..(at - 14)] + "}"),
            "signature not hexadecimal" => Bytes(text[..at] + "zz" + text[(at + 2)..]),
            "tcbInfo doubled, the signed one last" => Bytes("{\"tcbInfo\":{}," + text[1..]),
            "tcbInfo doubled, the signed one first" => Bytes(text[..^1] + ",\"tcbInfo\":{}}"),
            "another member" => Bytes("{\"more\":{}," + text[1..]),
            "a member doubled inside" => Bytes(text.Replace("\"version\":3", "\"version\":3,\"version\":3", StringComparison.Ordinal)),
            "cut short" => Bytes(text[..^1]),
            "not an object" => Bytes($"[{text}]"),
            "not UTF-8" => [.. Bytes(text[..^1]), .. ",\"a"u8, 0xff, .. "\":1}"u8],
            "nested deeply" => Bytes("{\"tcbInfo\":" + new string('[', 100_000)),
            "empty" => [],
            "longer than 1 MiB" => [.. Bytes(text), .. Bytes(new string(' ', 1 << 20))],
            _ => good.QeIdentity.ToArray(),
        };
        return good with { TcbInfo = edited };
    }

    /// <summary>The same members and values, the first member of the signed object behind the others.</summary>
    private static string Reordered(string text)
    {
        var document = JsonNode.Parse(text)!;
        var info = document["tcbInfo"]!.AsObject();
        var (name, value) = info.First();
        info.Remove(name);
        info.Add(name, value);
        return document.ToJsonString();
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Replace(ReadOnlyMemory<byte> text, string old, string with) => Bytes(Encoding.UTF8.GetString(text.Span).Replace(old, with, StringComparison.Ordinal));

    private static byte[] Flip(ReadOnlyMemory<byte> der)
    {
        var copy = der.ToArray();
        copy[^1] ^= 1;
        return copy;
    }

    private static TdxVerdict Verify(TdxCollateral collateral) =>
        TdxVerifier.Verify(new SyntheticQuote().Build(), collateral, SyntheticCollateral.Clock, SyntheticVerdictTests.Options());

    private static TdxVerdict VerifyReal(TdxCollateral collateral) =>
        TdxVerifier.Verify(RealEvidence.Quote("v4_debug_td_50806f"), collateral, RealEvidence.At("2023-07-01T00:00:00Z"), RealEvidence.Options("d"));
}
