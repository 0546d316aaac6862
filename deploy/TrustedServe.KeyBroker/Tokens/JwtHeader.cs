using System.Text.Json.Serialization;

namespace TrustedServe.KeyBroker.Tokens;

/// <summary>The members of a JWT's header that count.</summary>
internal sealed record JwtHeader
{
    [JsonPropertyName("alg")]
    public required string Algorithm { get; init; }

    [JsonPropertyName("kid")]
    public required string KeyId { get; init; }
}
