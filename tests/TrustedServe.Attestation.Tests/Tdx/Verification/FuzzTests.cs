using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.Quotes;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tests.Tdx.Verification;

/// <summary>
/// Spoilt input of every kind: nothing but the typed refusal may come out, and memory and work stay below a multiple of the
/// input's length.
/// </summary>
public sealed class FuzzTests
{
    private static readonly SyntheticPki Pki = SyntheticPki.Shared;

    [Fact]
    public void Quotes_ParseOrAreRefused() => Run("quote, parsed", 100_000, Quotes(), 1_024, 1, bytes =>
        TdxQuote.TryParse(bytes, out var quote, out _) && !quote.Signature.IsEmpty);

    [Fact]
    public void Quotes_AreVerifiedOrRefused()
    {
        var verified = VerifiedCollateral.Create(new SyntheticCollateral().Build(), Pki.Anchor);
        var genuine = Quotes().Select(quote => Convert.ToHexString(QuoteEdit.SignedBytes(quote))).ToHashSet();
        Run("quote, verified", 3_000, Quotes(), 128 * 1_024, 16, bytes =>
        {
            var verdict = TdxVerifier.Verify(bytes, verified, SyntheticCollateral.Clock, SyntheticVerdictTests.Options());

            // Padding and the line breaks of the chain may change; what is signed may not.
            Assert.True(!verdict.IsAccepted || genuine.Contains(Convert.ToHexString(QuoteEdit.SignedBytes(bytes))), "A spoilt quote was accepted.");
            return verdict.IsAccepted;
        });
    }

    [Fact]
    public void Certificates_ParseOrAreRefused() => Run(
        "certificate", 20_000, [Pki.Leaf(), Pki.PlatformCa, Pki.Root, Pki.TcbSigner, .. Real("collateral", "intel_sgx_root_ca.pem", pem => PemChain.Split(pem, 1)[0])], 32 * 1_024, 64,
        bytes => SgxCertificate.Parse(bytes).Raw.Length > 0);

    [Fact]
    public void PemChains_ParseOrAreRefused() => Run(
        "PEM chain", 10_000, [SyntheticPki.Pem(Pki.Leaf(), Pki.PlatformCa, Pki.Root), .. Real("collateral", "pck_crl_issuer_chain.pem", pem => pem)], 64 * 1_024, 32,
        bytes => PemChain.Parse(bytes, 3).Length == 3);

    [Fact]
    public void PckExtensions_ParseOrAreRefused() => Run(
        "PCK extension", 20_000, [new PckSpec().Encode(), new PckSpec { WithPlatformMembers = false }.Encode()], 32 * 1_024, 64,
        bytes => PckExtension.Parse(bytes).PceSvn >= 0);

    [Fact]
    public void RevocationLists_ParseOrAreRefused() => Run(
        "CRL",
        20_000,
        [
            SyntheticPki.Crl(CertificateRules.RootName, Pki.RootKey, SyntheticCollateral.Issued, SyntheticCollateral.Next),
            SyntheticPki.Crl(CertificateRules.RootName, Pki.RootKey, SyntheticCollateral.Issued, SyntheticCollateral.Next, "0a01", "0a02", "ff03"),
            .. Real("collateral", "pck_crl_platform_2023-06.der", der => der),
        ],
        32 * 1_024,
        64,
        bytes => RevocationList.Parse(bytes).Count >= 0);

    [Fact]
    public void TcbInfo_ParsesOrIsRefused() => Run(
        "TCB info", 10_000, [new SyntheticCollateral().Build().TcbInfo.ToArray(), .. Real("collateral", "tcbinfo_90c06f000000_2026-02.json", json => json)], 64 * 1_024, 64,
        bytes =>
        {
            using var document = SignedDocument.Parse(bytes, "tcbInfo");
            return TcbInfo.Parse(document.Content).Levels.Count >= 0;
        });

    [Fact]
    public void QeIdentity_ParsesOrIsRefused() => Run(
        "QE identity", 10_000, [new SyntheticCollateral().Build().QeIdentity.ToArray(), .. Real("collateral", "qe_identity_td_2025-10.json", json => json)], 64 * 1_024, 64,
        bytes =>
        {
            using var document = SignedDocument.Parse(bytes, "enclaveIdentity");
            return QeIdentity.Parse(document.Content).Levels.Count >= 0;
        });

    [Fact]
    public void Bundles_ParseOrAreRefused() => Run(
        "collateral bundle", 5_000, [CollateralBundle.Write(new SyntheticCollateral().Build())], 64 * 1_024, 64,
        bytes => CollateralBundle.Parse(bytes).TcbInfo.Length > 0);

    private static List<byte[]> Quotes() =>
    [
        new SyntheticQuote().Build(),
        new SyntheticQuote { Version = 5 }.Build(),
        new SyntheticQuote { Version = 5, BodyType = 3 }.Build(),
        .. Real("quotes", "v4_gce_cos113.dat", quote => quote),
        .. Real("quotes", "v5_tdx15_90c06f.dat", quote => quote),
    ];

    private static IEnumerable<byte[]> Real(string folder, string name, Func<byte[], byte[]> read)
    {
        if (!RealEvidence.IsAbsent)
        {
            yield return read(RealEvidence.Read(folder, name));
        }
    }

    private static void Run(string name, int count, List<byte[]> corpus, int fixedBytes, int bytesPerByte, Func<byte[], bool> target) =>
        Fuzzing.Run(name, count, corpus, bytes => Judge(bytes, target), bytesPerByte, fixedBytes);

    /// <summary>Anything thrown but the typed refusal ends the test.</summary>
    private static bool Judge(byte[] bytes, Func<byte[], bool> target)
    {
        try
        {
            return target(bytes);
        }
        catch (TsfException)
        {
            return false;
        }
    }
}
