using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrustedServe.Attestation.Kbs;

/// <summary>Evidence as it travels.</summary>
public sealed record TeeEvidence
{
    /// <summary>Evidence of the processor; its form depends on the TEE.</summary>
    [JsonPropertyName("primary_evidence")]
    public required JsonElement Primary { get; init; }

    /// <summary>Evidence of devices as a JSON string; empty where there is none.</summary>
    [JsonPropertyName("additional_evidence")]
    public string Additional { get; init; } = "";
}
