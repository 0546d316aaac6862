using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrustedServe.Attestation.Kbs;

/// <summary>Nonce and public key of a session. Its digest is what evidence is bound to.</summary>
public sealed record RuntimeData
{
    /// <summary>Length of the digest: SHA-384.</summary>
    public const int DigestBytes = 48;

    /// <summary>The broker's nonce, as text.</summary>
    [JsonPropertyName("nonce")]
    public required string Nonce { get; init; }

    /// <summary>The public key (a JWK), exactly as sent: the digest covers every member of it.</summary>
    [JsonPropertyName("tee-pubkey")]
    public required JsonElement TeePublicKey { get; init; }

    /// <summary>
    /// The bytes that REPORTDATA begins with: SHA-384 of the canonical JSON of <c>tee-pubkey</c>, <c>nonce</c> and
    /// <c>additional-evidence</c> (the empty string where there is none).
    /// </summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF3014 when a member cannot be written canonically.</exception>
    public byte[] Digest(string additionalEvidence) => SHA384.HashData(CanonicalJson.Serialize(Claims(additionalEvidence)));

    /// <summary>The object that the digest covers; it stands in the token as <c>runtime_data_claims</c>.</summary>
    public JsonElement Claims(string additionalEvidence) => KbsJson.Element(new Dictionary<string, JsonElement>
    {
        ["tee-pubkey"] = TeePublicKey,
        ["nonce"] = KbsJson.Element(Nonce),
        ["additional-evidence"] = KbsJson.Element(additionalEvidence),
    });
}
