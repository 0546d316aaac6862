using System.Collections.Immutable;
using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Attestation.Tdx.Collateral;

namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>What a verifier accepts. The defaults are the strictest.</summary>
public sealed record TdxVerifierOptions
{
    /// <summary>The defaults: up to date, no debugging, complete and current collateral below Intel's root.</summary>
    public static TdxVerifierOptions Default { get; } = new();

    /// <summary>The root key that everything must lead to. Default: Intel's.</summary>
    public TrustAnchor TrustAnchor { get; init; } = TrustAnchor.IntelSgxRoot;

    /// <summary>Accepted statuses. Default: <see cref="TcbStatus.UpToDate"/> alone. <see cref="TcbStatus.Revoked"/> is refused even when it is listed.</summary>
    public ImmutableHashSet<TcbStatus> AcceptedStatuses { get; init; } = [TcbStatus.UpToDate];

    /// <summary>The lowest accepted TCB evaluation data number of TCB info and QE identity. Default 0: any.</summary>
    public int MinimumEvaluationDataNumber { get; init; }

    /// <summary>Which TD is expected. Default: any.</summary>
    public TdxExpectations Expectations { get; init; } = new();

    /// <summary>Whether bytes other than zero may follow the quote; they are never read. Default: no.</summary>
    public bool AllowTrailingData { get; init; }

    /// <summary>Accepts a TD into which its host can look. Default: no.</summary>
    public bool InsecureAllowDebug { get; init; }

    /// <summary>Accepts TCB info, QE identity and revocation lists that have expired, never ones that are not yet issued. Default: no.</summary>
    public bool InsecureAllowExpiredCollateral { get; init; }

    /// <summary>Goes on without revocation lists that the collateral lacks; those that are there are checked. Default: no.</summary>
    public bool InsecureAllowMissingCrls { get; init; }

    /// <summary>Goes on without any collateral: signatures only, the status stays unknown and nothing is checked for revocation. Default: no.</summary>
    public bool InsecureAllowMissingCollateral { get; init; }
}
