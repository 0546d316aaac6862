using System.Text.Json.Serialization;

namespace TrustedServe.Attestation.Kbs;

/// <summary>Answer of <c>POST /kbs/v0/attest</c>.</summary>
public sealed record AttestResponse
{
    /// <summary>The attestation token, a JWT that opens resources for its lifetime: never logged.</summary>
    [JsonPropertyName("token")]
    public required string Token { get; init; }

    /// <summary>Without the token.</summary>
    public override string ToString() => nameof(AttestResponse);
}
