using System.Text.Json;

namespace TrustedServe.Attestation.Ear;

/// <summary>What a verified token says.</summary>
/// <param name="Issuer">Who issued it.</param>
/// <param name="IssuedAt">When.</param>
/// <param name="Expires">Until when it counts.</param>
/// <param name="Modules">The verdict on each module: <c>cpu0</c>, and devices where there are any.</param>
/// <param name="Evidence">The claims of the processor's evidence as the service states them.</param>
/// <param name="TeePublicKey">The key (a JWK) that the evidence was bound to; null when the token names none.</param>
public sealed record EarClaims(
    string Issuer,
    DateTimeOffset IssuedAt,
    DateTimeOffset Expires,
    IReadOnlyDictionary<string, EarStatus> Modules,
    JsonElement Evidence,
    JsonElement? TeePublicKey);
