using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrustedServe.Attestation.Kbs;

/// <summary>Body of <c>POST /kbs/v0/auth</c>: asks for a challenge.</summary>
public sealed record AuthRequest
{
    /// <summary>Protocol version, <see cref="KbsProtocol.Version"/>.</summary>
    [JsonPropertyName("version")]
    public required string Version { get; init; }

    /// <summary>Kind of evidence that will follow, for example <c>tdx</c> or <c>sample</c>.</summary>
    [JsonPropertyName("tee")]
    public required string Tee { get; init; }

    /// <summary>Any JSON; ours lists the hash algorithms.</summary>
    [JsonPropertyName("extra-params")]
    public required JsonElement ExtraParams { get; init; }
}
