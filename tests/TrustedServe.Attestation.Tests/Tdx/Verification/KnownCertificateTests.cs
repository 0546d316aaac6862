using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;

namespace TrustedServe.Attestation.Tests.Tdx.Verification;

/// <summary>A chain that was verified once is remembered; nothing but its signatures may be taken from memory.</summary>
public sealed class KnownCertificateTests
{
    private static readonly SyntheticPki Pki = SyntheticPki.Shared;

    // An anchor of each test's own: what other tests verified is not known to it.
    private readonly TdxVerifierOptions options = SyntheticVerdictTests.Options() with { TrustAnchor = TrustAnchor.InsecureFromPublicKey(Pki.Anchor.PublicKey) };

    public KnownCertificateTests() => Assert.Null(Verify(new SyntheticQuote()));

    [Fact]
    public void Leaf_UnderAnotherKeyOfItsAuthority_IsRefused()
    {
        var rolled = SyntheticPki.Make(CertificateRules.PlatformAuthorityName, SyntheticPki.NewKey(), Pki.Root, Pki.RootKey, "9570", isAuthority: true);
        Assert.Equal(TdxStep.PckChainSignatures, Verify(Chain(Pki.Leaf(), rolled)));
        Assert.Null(Verify(new SyntheticQuote()));
    }

    [Fact]
    public void AnyBit_Changed_IsRefused()
    {
        byte[][] chain = [Pki.Leaf(), Pki.PlatformCa, Pki.Root];
        Assert.Null(Verify(new SyntheticQuote { Chain = SyntheticPki.Pem(chain) }));
        foreach (var certificate in chain)
        {
            for (var at = 0; at < certificate.Length; at += 7)
            {
                certificate[at] ^= 1;
                Assert.True(Verify(new SyntheticQuote { Chain = SyntheticPki.Pem(chain) }) < TdxStep.QeReportSignature, $"byte {at}");
                certificate[at] ^= 1;
            }
        }
    }

    [Fact]
    public void OtherAnchor_DoesNotKnowThem()
    {
        var other = TrustAnchor.InsecureFromPublicKey(SyntheticPki.Point(SyntheticPki.NewKey()));
        var verdict = TdxVerifier.Verify(new SyntheticQuote().Build(), new SyntheticCollateral().Build(), SyntheticCollateral.Clock, options with { TrustAnchor = other });
        Assert.Equal(TdxStep.TrustAnchor, verdict.Refusal?.Step);
    }

    [Fact]
    public void AttestationKey_ExchangedAndBack_IsJudgedByTheEnclaveEachTime()
    {
        var other = new SyntheticQuote { AttestationKey = SyntheticPki.NewKey() };
        Assert.Null(Verify(other));
        Assert.Null(Verify(new SyntheticQuote()));
        Assert.Equal(TdxStep.QuoteSignature, Verify(new SyntheticQuote { SigningKey = other.AttestationKey }));
        Assert.Equal(TdxStep.QuoteSignature, Verify(other with { SigningKey = Pki.AttestationKey }));
        Assert.Equal(TdxStep.QeReportBinding, Verify(new SyntheticQuote { EditBinding = binding => binding[0] ^= 1 }));
    }

    [Fact]
    public void DatesAndRevocation_AreJudgedAnew()
    {
        var leaf = Pki.Leaf(serialHex: "0a77", until: SyntheticCollateral.Clock.AddHours(1));
        Assert.Null(Verify(Chain(leaf, Pki.PlatformCa)));
        Assert.Equal(TdxStep.PckChainValidity, Verify(Chain(leaf, Pki.PlatformCa), SyntheticCollateral.Clock.AddHours(2)));
        Assert.Equal(TdxStep.PckRevocation, Verify(Chain(leaf, Pki.PlatformCa), collateral: new SyntheticCollateral { RevokedByAuthority = ["0a77"] }));
    }

    [Fact]
    public void MorePlatformsThanAreRemembered_AreAllAccepted()
    {
        for (var platform = 0; platform < 300; platform++)
        {
            Assert.Null(Verify(Chain(Pki.Leaf(serialHex: $"0b{platform:x4}"), Pki.PlatformCa)));
        }

        Assert.Null(Verify(new SyntheticQuote()));
    }

    private static SyntheticQuote Chain(byte[] leaf, byte[] authority) => new() { Chain = SyntheticPki.Pem(leaf, authority, Pki.Root) };

    private TdxStep? Verify(SyntheticQuote quote, DateTimeOffset? clock = null, SyntheticCollateral? collateral = null) =>
        TdxVerifier.Verify(quote.Build(), (collateral ?? new SyntheticCollateral()).Build(), clock ?? SyntheticCollateral.Clock, options).Refusal?.Step;
}
