using System.Diagnostics;
using System.Globalization;
using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.Quotes;
using TrustedServe.Attestation.Tdx.Verification;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tests.Tdx.Verification;

/// <summary>
/// Spoilt input of every kind: nothing but the typed refusal may come out, and memory stays below a multiple of the input's length.
/// <c>TRUSTEDSERVE_FUZZ=n</c> runs n inputs of each kind instead of a few seconds' worth.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
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

    private void Run(string name, int count, List<byte[]> corpus, int fixedBytes, int bytesPerByte, Func<byte[], bool> target)
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("TRUSTEDSERVE_FUZZ"), CultureInfo.InvariantCulture, out var asked))
        {
            count = asked;
        }

        var mutator = new Mutator(seed: 20_260_615, corpus);
        corpus.ForEach(bytes => Judge(bytes, target));
        var (accepted, mostMemory, slowest) = (0, 0.0, TimeSpan.Zero);
        for (var i = 0; i < count; i++)
        {
            var bytes = mutator.Next();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            accepted += Judge(bytes, target) ? 1 : 0;
            var elapsed = Stopwatch.GetElapsedTime(started);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            slowest = elapsed > slowest ? elapsed : slowest;
            mostMemory = Math.Max(mostMemory, (double)allocated / (bytes.Length + 1_024));
            Assert.True(allocated <= fixedBytes + ((long)bytesPerByte * bytes.Length), $"{name}, input {i}: {allocated} bytes allocated for {bytes.Length} bytes of input");
        }

        var report = string.Create(CultureInfo.InvariantCulture, $"{name}: {count} inputs, {accepted} accepted, slowest {slowest.TotalMilliseconds:f2} ms, at most {mostMemory:f1} bytes allocated for each byte of (input + 1 KiB)");
        output.WriteLine(report);
    }

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
