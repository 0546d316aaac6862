using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrustedServe.KeyBroker.Tokens;

/// <summary>The claims of an attestation result as Trustee shapes them (draft-ietf-rats-ear).</summary>
internal sealed record EarToken
{
    public const string TrusteeProfile = "tag:github.com,2024:confidential-containers/Trustee";

    [JsonPropertyName("eat_profile")]
    public required string Profile { get; init; }

    [JsonPropertyName("iat")]
    public required long IssuedAt { get; init; }

    [JsonPropertyName("exp")]
    public required long Expires { get; init; }

    [JsonPropertyName("iss")]
    public required string Issuer { get; init; }

    [JsonPropertyName("ear.verifier-id")]
    public required VerifierId Verifier { get; init; }

    [JsonPropertyName("submods")]
    public required Submodules Modules { get; init; }

    internal sealed record VerifierId
    {
        [JsonPropertyName("developer")]
        public required string Developer { get; init; }

        [JsonPropertyName("build")]
        public required string Build { get; init; }
    }

    internal sealed record Submodules
    {
        [JsonPropertyName("cpu0")]
        public required Appraisal Cpu0 { get; init; }
    }

    internal sealed record Appraisal
    {
        [JsonPropertyName("ear.status")]
        public required string Status { get; init; }

        [JsonPropertyName("ear.trustworthiness-vector")]
        public required IReadOnlyDictionary<string, int> Trustworthiness { get; init; }

        [JsonPropertyName("ear.appraisal-policy-id")]
        public required string PolicyId { get; init; }

        // The evidence's own claims stand under the name of its kind, beside the claims that all kinds share.
        [JsonPropertyName("ear.veraison.annotated-evidence")]
        public required IReadOnlyDictionary<string, JsonElement> Evidence { get; init; }

        // Not of EAR: where policy finds kind and measurement, whatever the kind's own claims look like.
        [JsonPropertyName("trustedserve.tee")]
        public required string Tee { get; init; }

        [JsonPropertyName("trustedserve.measurement")]
        public required string Measurement { get; init; }
    }
}
