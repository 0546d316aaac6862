using TrustedServe.Attestation.Tdx.Collateral;
using TrustedServe.Attestation.Tdx.Verification;

namespace TrustedServe.Attestation.Tdx.CollateralSources;

/// <summary>Collateral that is sound and current.</summary>
/// <param name="Collateral">As it was served, to travel with evidence.</param>
/// <param name="Verified">Checked below the root, to verify many quotes with.</param>
/// <param name="Fetched">When it was fetched.</param>
/// <param name="RefreshAfter">When it is fetched again.</param>
/// <param name="Until">The last moment at which all of it counts.</param>
public sealed record CachedCollateral(TdxCollateral Collateral, VerifiedCollateral Verified, DateTimeOffset Fetched, DateTimeOffset RefreshAfter, DateTimeOffset Until);
