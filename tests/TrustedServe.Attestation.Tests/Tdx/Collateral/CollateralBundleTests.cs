using System.Text;
using System.Text.Json.Nodes;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;
using TrustedServe.Attestation.Tests.Tdx.Verification;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tests.Tdx.Collateral;

public sealed class CollateralBundleTests
{
    [Fact]
    public void Bundle_RoundTrip_KeepsEveryByte_SoThatSignaturesHold()
    {
        var collateral = new SyntheticCollateral().Build();
        var read = CollateralBundle.Parse(CollateralBundle.Write(collateral));
        AssertSame(collateral, read);
        Assert.True(TdxVerifier.Verify(new SyntheticQuote().Build(), read, SyntheticCollateral.Clock, SyntheticVerdictTests.Options()).IsAccepted);
    }

    [Fact]
    public void Bundle_OfRealCollateral_RoundTrips()
    {
        Assert.SkipWhen(RealEvidence.IsAbsent, RealEvidence.Absent);
        var collateral = RealEvidence.Collateral("2023")!;
        var read = CollateralBundle.Parse(CollateralBundle.Write(collateral));
        AssertSame(collateral, read);
        var verified = VerifiedCollateral.Create(read);
        Assert.Null(verified.FirstDefect);
        Assert.Equal(["root CRL", "PCK CRL", "TCB info signer", "TCB info", "QE identity signer", "QE identity"], verified.Validity.Select(piece => piece.Name));
    }

    [Fact]
    public void Bundle_WithoutLists_LeavesThemEmpty()
    {
        var read = CollateralBundle.Parse(CollateralBundle.Write(new SyntheticCollateral().Build() with { PckCrl = default, PckCrlIssuerChain = default, RootCaCrl = default }));
        Assert.True(read.PckCrl.IsEmpty && read.PckCrlIssuerChain.IsEmpty && read.RootCaCrl.IsEmpty);
    }

    [Theory]
    [InlineData("tcb_info")]
    [InlineData("tcb_info_issuer_chain")]
    [InlineData("qe_identity")]
    [InlineData("qe_identity_issuer_chain")]
    public void Rejects_MissingMember(string name)
    {
        Refuses(bundle => bundle.Remove(name), name);
        Refuses(bundle => bundle[name] = "", name);
        Refuses(bundle => bundle[name] = 1, name);
    }

    [Fact]
    public void Rejects_WhatIsNoBundle()
    {
        Refuses(bundle => bundle["tcb_info_signature"] = "", "unknown member");
        Refuses(bundle => bundle["pck_crl"] = "?", "base64");
        RefusesText("", "JSON");
        RefusesText("[]", "object");
        RefusesText("{\"tcb_info\":\"a\",\"tcb_info\":\"b\"}", "JSON");
        RefusesText("{\"tcb_info\":\"\\ud800\"}", "JSON");
        RefusesText(new string(' ', CollateralBundle.MaxLength + 1), "at most");
        Assert.Equal("TSF3203", Assert.Throws<TsfException>(() => CollateralBundle.Write(new SyntheticCollateral().Build() with { TcbInfo = new byte[] { 0xff } })).Code);
    }

    private static void Refuses(Action<JsonObject> edit, string reason)
    {
        var bundle = JsonNode.Parse(CollateralBundle.Write(new SyntheticCollateral().Build()))!.AsObject();
        edit(bundle);
        RefusesText(bundle.ToJsonString(), reason);
    }

    private static void RefusesText(string text, string reason)
    {
        var error = Assert.Throws<TsfException>(() => CollateralBundle.Parse(Encoding.UTF8.GetBytes(text)));
        Assert.Equal("TSF3203", error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    private static void AssertSame(TdxCollateral expected, TdxCollateral read)
    {
        Assert.Equal(expected.TcbInfo.ToArray(), read.TcbInfo.ToArray());
        Assert.Equal(expected.TcbInfoIssuerChain.ToArray(), read.TcbInfoIssuerChain.ToArray());
        Assert.Equal(expected.QeIdentity.ToArray(), read.QeIdentity.ToArray());
        Assert.Equal(expected.QeIdentityIssuerChain.ToArray(), read.QeIdentityIssuerChain.ToArray());
        Assert.Equal(expected.PckCrl.ToArray(), read.PckCrl.ToArray());
        Assert.Equal(expected.PckCrlIssuerChain.ToArray(), read.PckCrlIssuerChain.ToArray());
        Assert.Equal(expected.RootCaCrl.ToArray(), read.RootCaCrl.ToArray());
    }
}
