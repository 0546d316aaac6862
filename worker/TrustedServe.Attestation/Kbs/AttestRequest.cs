using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrustedServe.Attestation.Kbs;

/// <summary>Body of <c>POST /kbs/v0/attest</c>.</summary>
public sealed record AttestRequest
{
    /// <summary>The initdata document, where the guest has one.</summary>
    [JsonPropertyName("init-data")]
    public JsonElement? InitData { get; init; }

    /// <summary>Nonce and public key, to which the evidence is bound.</summary>
    [JsonPropertyName("runtime-data")]
    public required RuntimeData RuntimeData { get; init; }

    /// <summary>The evidence.</summary>
    [JsonPropertyName("tee-evidence")]
    public required TeeEvidence TeeEvidence { get; init; }
}
