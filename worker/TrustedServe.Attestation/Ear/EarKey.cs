using TrustedServe.Attestation.Tdx.Certificates;

namespace TrustedServe.Attestation.Ear;

/// <summary>A trusted signer.</summary>
/// <param name="Id">Its <c>kid</c>; null for a key that is meant whatever a token calls it.</param>
/// <param name="Key">The key.</param>
internal sealed record EarKey(string? Id, P256Key Key);
