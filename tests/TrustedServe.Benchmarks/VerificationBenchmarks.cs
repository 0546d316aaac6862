using BenchmarkDotNet.Attributes;
using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Verification;

namespace TrustedServe.Benchmarks;

/// <summary>Verification of one real quote, every step of it.</summary>
[MemoryDiagnoser]
[MinColumn] // on a shared machine the least disturbed one says most
public class VerificationBenchmarks
{
    // The only quote with complete collateral is that of a guest under debug.
    private static readonly TdxVerifierOptions Options = new() { InsecureAllowDebug = true };

    private VerificationEvidence evidence = null!;
    private VerifiedCollateral verified = null!;

    /// <summary>Reads the evidence and verifies its collateral once.</summary>
    [GlobalSetup]
    public void Setup()
    {
        evidence = VerificationEvidence.Find() ?? throw new InvalidOperationException("There is no quote beside this clone.");
        verified = VerifiedCollateral.Create(evidence.Collateral);
        FreshCollateral().ThrowIfRefused();
        CachedCollateral().ThrowIfRefused();
    }

    /// <summary>Quote and collateral as they were received; the certificates in them were seen before.</summary>
    [Benchmark(Baseline = true)]
    public TdxVerdict FreshCollateral() => TdxVerifier.Verify(evidence.Quote, evidence.Collateral, VerificationEvidence.Clock, Options);

    /// <summary>The quote of a platform that was seen before, with collateral that was verified before.</summary>
    [Benchmark]
    public TdxVerdict CachedCollateral() => TdxVerifier.Verify(evidence.Quote, verified, VerificationEvidence.Clock, Options);

    /// <summary>As the first verification of a process: no certificate is known, the anchor's key is new.</summary>
    [Benchmark]
    public TdxVerdict NothingKnown() =>
        TdxVerifier.Verify(evidence.Quote, evidence.Collateral, VerificationEvidence.Clock, Options with { TrustAnchor = TrustAnchor.InsecureFromPublicKey(TrustAnchor.IntelSgxRoot.PublicKey) });
}
