using TrustedServe.Attestation.Tdx.Collateral;

namespace TrustedServe.Attestation.Tdx.Verification;

/// <summary>What the levels say about a platform and its TDX module.</summary>
/// <param name="Platform">The platform's level.</param>
/// <param name="Module">The module's level; null for the module of TDX 1.0, which the platform's level covers.</param>
public sealed record PlatformStatus(TcbStatus Platform, TcbStatus? Module);
