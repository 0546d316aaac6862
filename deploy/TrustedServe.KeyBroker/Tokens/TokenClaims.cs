using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Tdx.Policies;

namespace TrustedServe.KeyBroker.Tokens;

/// <summary>What a verified token says.</summary>
/// <param name="Tee">Kind of evidence.</param>
/// <param name="Measurement">What the program is.</param>
/// <param name="Tdx">What TDX evidence said; null for other evidence.</param>
/// <param name="PublicKey">The key under the evidence, to which resources are encrypted.</param>
internal sealed record TokenClaims(string Tee, string Measurement, PolicyClaims? Tdx, TeePublicKey PublicKey);
