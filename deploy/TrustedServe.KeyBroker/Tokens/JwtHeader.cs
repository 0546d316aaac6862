using System.Text.Json.Serialization;

namespace TrustedServe.KeyBroker.Tokens;

/// <summary>The one member of a JWT's header that counts.</summary>
internal sealed record JwtHeader
{
    [JsonPropertyName("alg")]
    public required string Algorithm { get; init; }
}
