using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrustedServe.Attestation.Kbs;

/// <summary>Answer of <c>POST /kbs/v0/auth</c>.</summary>
public sealed record AuthChallenge
{
    /// <summary>The nonce as the broker wrote it (standard base64 of 32 bytes); it is bound as text, so it is never re-encoded.</summary>
    [JsonPropertyName("nonce")]
    public required string Nonce { get; init; }

    /// <summary>Any JSON; may name a hash algorithm.</summary>
    [JsonPropertyName("extra-params")]
    public JsonElement ExtraParams { get; init; }

    /// <summary>The hash algorithm that the broker chose, or null for the default, SHA-384.</summary>
    [JsonIgnore]
    public string? SelectedHash =>
        ExtraParams.ValueKind == JsonValueKind.Object
        && ExtraParams.TryGetProperty("selected-hash-algorithm", out var selected)
            ? KbsJson.Text(selected) ?? "(not text)"
            : null;
}
