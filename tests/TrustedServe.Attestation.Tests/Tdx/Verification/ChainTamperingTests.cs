using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;

namespace TrustedServe.Attestation.Tests.Tdx.Verification;

/// <summary>Certificates that are signed correctly and are still not what their place demands.</summary>
public sealed class ChainTamperingTests
{
    private static readonly SyntheticPki Pki = SyntheticPki.Shared;

    public static TheoryData<string, TdxStep> Chains => new()
    {
        { "leaf with another name", TdxStep.PckChainProfile },
        { "leaf that is an authority", TdxStep.PckChainProfile },
        { "leaf that may sign certificates", TdxStep.PckChainProfile },
        { "leaf that may not sign", TdxStep.PckChainProfile },
        { "intermediate with another name", TdxStep.PckChainProfile },
        { "intermediate that is no authority", TdxStep.PckChainProfile },
        { "intermediate that may not sign lists", TdxStep.PckChainProfile },
        { "TCB signer as intermediate", TdxStep.PckChainProfile },
        { "leaf signed by the root", TdxStep.PckChainSignatures },
        { "leaf signed by another key under the authority's name", TdxStep.PckChainSignatures },
        { "leaf with an RSA key", TdxStep.PckChain },
        { "leaf with a P-384 key", TdxStep.PckChain },
        { "leaf signed with SHA-384", TdxStep.PckChain },
        { "leaf with an unknown critical extension", TdxStep.PckChain },
        { "leaf not yet valid", TdxStep.PckChainValidity },
        { "leaf expired", TdxStep.PckChainValidity },
        { "intermediate not yet valid", TdxStep.PckChainValidity },
        { "intermediate expired", TdxStep.PckChainValidity },
        { "root not yet valid", TdxStep.PckChainValidity },
        { "root expired", TdxStep.PckChainValidity },
        { "root's path length 0", TdxStep.PckChainProfile },
    };

    public static TheoryData<string> Extensions =>
    [
        "none", "17 items", "19 items", "PPID doubled", "TCB doubled", "FMSPC doubled", "a TCB component doubled", "PCESVN doubled", "a TCB component missing", "FMSPC missing", "configuration missing", "unknown member",
        "FMSPC of 5 bytes", "CPUSVN of 15 bytes", "TCB component 256", "TCB component negative", "PCESVN 65536", "PCESVN negative", "SGX type 3", "no platform members",
    ];

    [Theory]
    [MemberData(nameof(Chains))]
    public void Rejects_WrongProfile(string name, TdxStep step)
    {
        var quote = new SyntheticQuote { Chain = Chain(name) };
        Assert.Equal(step, SyntheticVerdictTests.Verify(quote, new SyntheticCollateral(), SyntheticVerdictTests.Options()).Refusal?.Step);
    }

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Rejects_WrongExtension(string name)
    {
        var spec = name switch
        {
            "none" => new PckSpec { Omit = true },
            "17 items" => new PckSpec { TcbItems = 17 },
            "19 items" => new PckSpec { TcbItems = 19 },
            "PPID doubled" => new PckSpec { Damage = 1 },
            "TCB doubled" => new PckSpec { Damage = 2 },
            "FMSPC doubled" => new PckSpec { Damage = 4 },
            "a TCB component doubled" => new PckSpec { TcbDamage = 7 },
            "PCESVN doubled" => new PckSpec { TcbDamage = 17 },
            "a TCB component missing" => new PckSpec { TcbDamage = -16 },
            "FMSPC missing" => new PckSpec { Damage = -4 },
            "configuration missing" => new PckSpec { Damage = -7 },
            "unknown member" => new PckSpec { UnknownMember = true },
            "FMSPC of 5 bytes" => new PckSpec { Fmspc = new byte[5] },
            "CPUSVN of 15 bytes" => new PckSpec { CpuSvnLength = 15 },
            "TCB component 256" => new PckSpec { Components = [4, 4, 2, 2, 4, 1, 0, 256, 0, 0, 0, 0, 0, 0, 0, 0] },
            "TCB component negative" => new PckSpec { Components = [4, 4, 2, 2, 4, 1, 0, 5, -1, 0, 0, 0, 0, 0, 0, 0] },
            "PCESVN 65536" => new PckSpec { PceSvn = 65536 },
            "PCESVN negative" => new PckSpec { PceSvn = -1 },
            "SGX type 3" => new PckSpec { SgxType = 3 },
            _ => new PckSpec { WithPlatformMembers = false },
        };
        var quote = new SyntheticQuote { Chain = SyntheticPki.Pem(Pki.Leaf(spec), Pki.PlatformCa, Pki.Root) };
        Assert.Equal(TdxStep.PckExtension, SyntheticVerdictTests.Verify(quote, new SyntheticCollateral(), SyntheticVerdictTests.Options()).Refusal?.Step);
    }

    [Fact]
    public void Accepts_TheHighestVersions()
    {
        var highest = new PckSpec { Components = [.. Enumerable.Repeat(255, 16)], PceSvn = 65535 };
        var quote = new SyntheticQuote { Chain = SyntheticPki.Pem(Pki.Leaf(highest), Pki.PlatformCa, Pki.Root) };
        Assert.Null(SyntheticVerdictTests.Verify(quote, new SyntheticCollateral(), SyntheticVerdictTests.Options()).Refusal);
    }

    [Fact]
    public void Rejects_PlatformMembers_BelowTheProcessorAuthority()
    {
        var quote = new SyntheticQuote { Chain = SyntheticPki.Pem(Pki.Leaf(new PckSpec(), processor: true), Pki.ProcessorCa, Pki.Root) };
        Assert.Equal(TdxStep.PckExtension, SyntheticVerdictTests.Verify(quote, new SyntheticCollateral { Processor = true }, SyntheticVerdictTests.Options()).Refusal?.Step);
    }

    [Fact]
    public void Rejects_ListOfTheOtherAuthority()
    {
        var processor = new SyntheticQuote { Chain = SyntheticPki.Pem(Pki.Leaf(processor: true), Pki.ProcessorCa, Pki.Root) };
        Assert.Equal(TdxStep.PckCrl, SyntheticVerdictTests.Verify(processor, new SyntheticCollateral(), SyntheticVerdictTests.Options()).Refusal?.Step);
        Assert.Equal(TdxStep.PckCrl, SyntheticVerdictTests.Verify(new SyntheticQuote(), new SyntheticCollateral { Processor = true }, SyntheticVerdictTests.Options()).Refusal?.Step);
    }

    [Fact]
    public void Rejects_LeafOfAnotherKey_ByTheQeReport()
    {
        var other = SyntheticPki.Make(
            CertificateRules.LeafName, SyntheticPki.NewKey(), Pki.PlatformCa, Pki.PlatformKey, "0a02", false, extensions: new X509Extension(PckExtension.Oid, new PckSpec().Encode(), false));
        var quote = new SyntheticQuote { Chain = SyntheticPki.Pem(other, Pki.PlatformCa, Pki.Root) };
        Assert.Equal(TdxStep.QeReportSignature, SyntheticVerdictTests.Verify(quote, new SyntheticCollateral(), SyntheticVerdictTests.Options()).Refusal?.Step);
    }

    [Fact]
    public void CachedCollateral_DoesNotVouchForAnotherChain()
    {
        var verified = VerifiedCollateral.Create(new SyntheticCollateral().Build(), Pki.Anchor);
        var good = new SyntheticQuote().Build();
        Assert.True(TdxVerifier.Verify(good, verified, SyntheticCollateral.Clock, SyntheticVerdictTests.Options()).IsAccepted);
        var forged = new SyntheticQuote { Chain = Chain("leaf signed by another key under the authority's name") }.Build();
        Assert.Equal(TdxStep.PckChainSignatures, TdxVerifier.Verify(forged, verified, SyntheticCollateral.Clock, SyntheticVerdictTests.Options()).Refusal?.Step);
        Assert.Throws<ArgumentException>(() => TdxVerifier.Verify(good, verified, SyntheticCollateral.Clock));
    }

    private static byte[] Chain(string name)
    {
        var (early, late) = (SyntheticCollateral.Clock.AddDays(-1), SyntheticCollateral.Clock.AddSeconds(1));
        var (leaf, intermediate, root) = (Pki.Leaf(), Pki.PlatformCa, Pki.Root);
        switch (name)
        {
            case "leaf with another name":
                leaf = Leaf("Intel SGX Certificate");
                break;
            case "leaf that is an authority":
                leaf = Leaf(isAuthority: true, usage: X509KeyUsageFlags.DigitalSignature);
                break;
            case "leaf that may sign certificates":
                leaf = Leaf(usage: X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign);
                break;
            case "leaf that may not sign":
                leaf = Leaf(usage: X509KeyUsageFlags.KeyEncipherment);
                break;
            case "intermediate with another name":
                intermediate = Authority("Intel SGX PCK Other CA");
                leaf = Leaf(issuer: intermediate);
                break;
            case "intermediate that is no authority":
                intermediate = Authority(isAuthority: false);
                break;
            case "intermediate that may not sign lists":
                intermediate = Authority(usage: X509KeyUsageFlags.KeyCertSign);
                break;
            case "TCB signer as intermediate":
                intermediate = Pki.TcbSigner;
                leaf = Leaf(issuer: intermediate, issuerKey: Pki.TcbKey);
                break;
            case "leaf signed by the root":
                leaf = Leaf(issuer: Pki.Root, issuerKey: Pki.RootKey);
                break;
            case "leaf signed by another key under the authority's name":
                leaf = Leaf(issuerKey: SyntheticPki.NewKey());
                break;
            case "leaf with an RSA key":
                using (var rsa = RSA.Create(2048))
                {
                    leaf = Leaf(key: rsa);
                }

                break;
            case "leaf with a P-384 key":
                leaf = Leaf(key: ECDsa.Create(ECCurve.NamedCurves.nistP384));
                break;
            case "leaf signed with SHA-384":
                leaf = Leaf(hash: HashAlgorithmName.SHA384);
                break;
            case "leaf with an unknown critical extension":
                leaf = Leaf(extensions: new X509Extension("2.5.29.36", [0x30, 0], true));
                break;
            case "leaf not yet valid":
                leaf = Pki.Leaf(from: late);
                break;
            case "leaf expired":
                leaf = Pki.Leaf(until: early);
                break;
            case "intermediate not yet valid":
                intermediate = Authority(from: late);
                break;
            case "intermediate expired":
                intermediate = Authority(until: early);
                break;
            case "root not yet valid":
                root = SyntheticPki.Make(CertificateRules.RootName, Pki.RootKey, null, Pki.RootKey, "2265", true, from: late);
                break;
            case "root expired":
                root = SyntheticPki.Make(CertificateRules.RootName, Pki.RootKey, null, Pki.RootKey, "2265", true, until: early);
                break;
            default:
                root = SyntheticPki.Make(CertificateRules.RootName, Pki.RootKey, null, Pki.RootKey, "2265", true, pathLength: 0);
                break;
        }

        return SyntheticPki.Pem(leaf, intermediate, root);
    }

    private static byte[] Leaf(
        string name = CertificateRules.LeafName,
        AsymmetricAlgorithm? key = null,
        byte[]? issuer = null,
        ECDsa? issuerKey = null,
        bool isAuthority = false,
        X509KeyUsageFlags? usage = null,
        HashAlgorithmName? hash = null,
        params X509Extension[] extensions) =>
        SyntheticPki.Make(
            name, key ?? Pki.LeafKey, issuer ?? Pki.PlatformCa, issuerKey ?? Pki.PlatformKey, "0a03", isAuthority, usage, null, null, hash, null,
            [new X509Extension(PckExtension.Oid, new PckSpec().Encode(), false), .. extensions]);

    private static byte[] Authority(string name = CertificateRules.PlatformAuthorityName, bool isAuthority = true, X509KeyUsageFlags? usage = null, DateTimeOffset? from = null, DateTimeOffset? until = null) =>
        SyntheticPki.Make(name, Pki.PlatformKey, Pki.Root, Pki.RootKey, "956f", isAuthority, usage, from, until);
}
