using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.EventLogs;
using TrustedServe.Attestation.Tdx.Policies;
using TrustedServe.Attestation.Tdx.Verification;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary>Everything that is judged together, read but not believed.</summary>
internal sealed record EvidenceInput
{
    /// <summary>The quote.</summary>
    public required byte[] Quote { get; init; }

    /// <summary>The collateral; null when none was given.</summary>
    public required TdxCollateral? Collateral { get; init; }

    /// <summary>The policy; null for the defaults.</summary>
    public required AttestationPolicy? Policy { get; init; }

    /// <summary>What the verifier accepts.</summary>
    public required TdxVerifierOptions Options { get; init; }

    /// <summary>The moment at which everything must be valid.</summary>
    public required DateTimeOffset Clock { get; init; }

    /// <summary>The event log; null when none was given.</summary>
    public required EventLog? EventLog { get; init; }

    /// <summary>The initdata document; null when none was given.</summary>
    public required byte[]? InitData { get; init; }
}
