using System.Text.Json;
using System.Text.Json.Serialization;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Jose;

/// <summary>A JWE in flattened JSON form, as resources travel: every member base64url, none of them secret.</summary>
public sealed record FlattenedJwe
{
    private static readonly JsonSerializerOptions Strict = new(KbsJson.Options) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>The protected header; the additional data of the cipher is this text exactly as received.</summary>
    [JsonPropertyName("protected")]
    public required string Protected { get; init; }

    /// <summary>The content key, wrapped.</summary>
    [JsonPropertyName("encrypted_key")]
    public required string EncryptedKey { get; init; }

    /// <summary>12 bytes.</summary>
    [JsonPropertyName("iv")]
    public required string Iv { get; init; }

    /// <summary>The resource, encrypted.</summary>
    [JsonPropertyName("ciphertext")]
    public required string Ciphertext { get; init; }

    /// <summary>16 bytes.</summary>
    [JsonPropertyName("tag")]
    public required string Tag { get; init; }

    /// <summary>Reads a JWE of at most 2 MiB; members beyond the five (an unprotected header, a second AAD) are refused.</summary>
    /// <exception cref="TsfException">TSF3010 for anything else.</exception>
    public static FlattenedJwe Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > KbsProtocol.MaxBodyBytes)
        {
            throw TsfErrors.MalformedJwe.With($"The answer has {utf8.Length} bytes; at most {KbsProtocol.MaxBodyBytes} are read.");
        }

        try
        {
            return JsonSerializer.Deserialize<FlattenedJwe>(utf8, Strict) ?? throw TsfErrors.MalformedJwe.With("The answer is null.");
        }
        catch (Exception exception) when (KbsJson.IsMalformed(exception))
        {
            throw TsfErrors.MalformedJwe.With("The answer is not a flattened JWE (protected, encrypted_key, iv, ciphertext, tag).");
        }
    }
}
