using TrustedServe.Attestation.Tdx.Collateral;

namespace TrustedServe.Attestation.Tdx.CollateralSources;

/// <summary>Gives collateral as it was served; nothing of it is believed before it is verified.</summary>
public interface ICollateralSource
{
    /// <summary>Gets the collateral of a kind of platform, revocation lists included.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF3350 not there, TSF3351 no answer, TSF3352 not in its form.</exception>
    Task<TdxCollateral> GetAsync(CollateralRequest request, CancellationToken cancellationToken);
}
