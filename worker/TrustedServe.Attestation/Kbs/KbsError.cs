using System.Text.Json.Serialization;

namespace TrustedServe.Attestation.Kbs;

/// <summary>Body of an error: Trustee's two members, and those that our broker adds for programs.</summary>
public sealed record KbsError
{
    /// <summary><see cref="KbsProtocol.ErrorTypePrefix"/> and the name of the error.</summary>
    [JsonPropertyName("type")]
    public required string Type { get; init; }

    /// <summary>Text for people.</summary>
    [JsonPropertyName("detail")]
    public string Detail { get; init; } = "";

    /// <summary>The stable code (TSF3xxx).</summary>
    [JsonPropertyName("code")]
    public string? Code { get; init; }

    /// <summary>Which claim failed.</summary>
    [JsonPropertyName("claim")]
    public string? Claim { get; init; }

    /// <summary>What it should have been.</summary>
    [JsonPropertyName("expected")]
    public string? Expected { get; init; }

    /// <summary>What it was.</summary>
    [JsonPropertyName("seen")]
    public string? Seen { get; init; }

    /// <summary>The rule that came closest.</summary>
    [JsonPropertyName("rule")]
    public string? Rule { get; init; }

    /// <summary>The step of verification that failed.</summary>
    [JsonPropertyName("step")]
    public string? Step { get; init; }
}
