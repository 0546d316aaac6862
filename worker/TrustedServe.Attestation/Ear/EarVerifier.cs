using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TrustedServe.Attestation.Jose;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Attestation.Ear;

/// <summary>
/// Verifies attestation tokens (EAR, draft-ietf-rats-ear, as a JWT) for a relying party:
/// 1 form and size;
/// 2 the algorithm, ES256 and no other, and no extension that the header calls critical;
/// 3 the signer, out of the keys that are trusted here; a key in the token's header is never looked at;
/// 4 the signature;
/// 5 profile and issuer;
/// 6 the time, with the skew that the rules allow;
/// 7 the service's verdict on cpu0, and on every other module that the token names;
/// 8 the key that was attested, where the caller names its own.
/// </summary>
/// <remarks>Nothing of the payload is read before step 4 has passed. Safe to share between threads.</remarks>
public sealed class EarVerifier
{
    /// <summary>The longest token that is read; one with a processor and eight accelerators has about 60 kB.</summary>
    public const int MaxTokenLength = 128 << 10;

    private const string Algorithm = "ES256";
    private const int MaxHeaderLength = 16 << 10;
    private const int SignatureBytes = 64;

    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    private readonly EarRules rules;
    private readonly TimeProvider time;

    /// <summary>Checks the rules.</summary>
    /// <exception cref="TsfException">TSF0002.</exception>
    public EarVerifier(EarRules rules, TimeProvider time)
    {
        rules.Validate();
        (this.rules, this.time) = (rules, time);
    }

    /// <summary>Verifies a token; the token itself, a credential, is never repeated in a refusal.</summary>
    /// <param name="token">The token.</param>
    /// <param name="signers">The keys that are trusted.</param>
    /// <param name="ownKey">The JWK that the token must be about; null for a party that only reads what was attested.</param>
    /// <exception cref="TsfException">TSF3401 to TSF3410.</exception>
    public EarClaims Verify(string token, EarKeySet signers, JsonElement? ownKey)
    {
        // 1
        if (token.Length > MaxTokenLength)
        {
            throw TsfErrors.MalformedEar.With($"The token has {token.Length} characters; at most {MaxTokenLength} are read.");
        }

        var parts = token.Split('.', 4);
        if (parts.Length != 3
            || !StrictBase64Url.TryDecode(parts[0], MaxHeaderLength, out var header)
            || !StrictBase64Url.TryDecode(parts[1], MaxTokenLength, out var payload)
            || !StrictBase64Url.TryDecode(parts[2], SignatureBytes, out var signature)
            || payload.Length == 0)
        {
            throw TsfErrors.MalformedEar.With("The token is not a signed JWT: three parts in base64url, a short header, and a signature of at most 64 bytes.");
        }

        // 2, 3, 4
        CheckSignature(header, signers, Encoding.ASCII.GetBytes(token, 0, parts[0].Length + 1 + parts[1].Length), signature);
        using var document = Parse(payload, "payload");
        var root = document.RootElement;

        // 5
        Require(root, "eat_profile", rules.Profile, TsfErrors.EarProfileRefused);
        Require(root, "iss", rules.Issuer, TsfErrors.EarIssuerRefused);

        // 6
        var (issued, expires) = CheckTime(root);

        // 7
        var modules = CheckModules(root, out var processor);

        // 8
        var evidence = Member(processor, "ear.veraison.annotated-evidence");
        var attested = Member(Member(evidence, "runtime_data_claims"), "tee-pubkey");
        if (ownKey is { } own && !IsSame(own, attested))
        {
            throw TsfErrors.EarKeyMismatch.With(attested is null ? "The token names no attested key." : "The key that the token is about is not this party's own.");
        }

        return new EarClaims(rules.Issuer, issued, expires, modules, evidence?.Clone() ?? default, attested?.Clone());
    }

    private static void CheckSignature(byte[] utf8, EarKeySet signers, byte[] signed, byte[] signature)
    {
        using var document = Parse(utf8, "header");
        var header = document.RootElement;
        if (Text(header, "alg") != Algorithm)
        {
            throw TsfErrors.EarAlgorithmRefused.With($"The token's algorithm is not {Algorithm}, the only one that is accepted.");
        }

        if (header.TryGetProperty("crit", out _))
        {
            throw TsfErrors.MalformedEar.With("The token's header demands extensions (crit); none are known.");
        }

        var id = Member(header, "kid") is null ? null : Text(header, "kid") ?? throw TsfErrors.MalformedEar.With("The token's kid is not text.");
        var candidates = signers.For(id).ToList();
        if (candidates.Count == 0)
        {
            throw TsfErrors.EarSignerUnknown.With("No trusted signer has the kid that the token's header names.");
        }

        if (signature.Length != SignatureBytes || !candidates.Exists(candidate => candidate.Key.VerifyFixed(signed, signature)))
        {
            throw TsfErrors.EarSignatureInvalid.With($"The token's signature does not verify with {(candidates.Count == 1 ? "the trusted key" : $"any of {candidates.Count} trusted keys")}.");
        }
    }

    private (DateTimeOffset Issued, DateTimeOffset Expires) CheckTime(JsonElement root)
    {
        var now = time.GetUtcNow();
        var expires = Date(root, "exp") ?? throw TsfErrors.MalformedEar.With("The token has no exp: it would never expire.");
        var issued = Date(root, "iat") ?? throw TsfErrors.MalformedEar.With("The token has no iat.");
        if (expires + rules.ClockSkew <= now)
        {
            throw TsfErrors.EarExpired.With($"The token expired at {expires:O}; it is {now:O}.");
        }

        var begins = Date(root, "nbf") is { } notBefore && notBefore > issued ? notBefore : issued;
        return begins - rules.ClockSkew <= now
            ? (issued, expires)
            : throw TsfErrors.EarNotYetValid.With($"The token is valid from {begins:O}; it is {now:O}.");
    }

    private Dictionary<string, EarStatus> CheckModules(JsonElement root, out JsonElement processor)
    {
        processor = Member(Member(root, "submods"), "cpu0") ?? throw TsfErrors.MalformedEar.With("The token has no submods.cpu0.");
        var modules = new Dictionary<string, EarStatus>(StringComparer.Ordinal);
        foreach (var module in root.GetProperty("submods").EnumerateObject())
        {
            EarStatus? status = Text(module.Value, "ear.status") switch
            {
                "none" => EarStatus.None,
                "affirming" => EarStatus.Affirming,
                "warning" => EarStatus.Warning,
                "contraindicated" => EarStatus.Contraindicated,
                _ => null,
            };
            if (status is not { } known)
            {
                throw TsfErrors.MalformedEar.With("A module of the token has no ear.status that is known.");
            }

            modules.Add(module.Name, known);
        }

        foreach (var (name, status) in modules)
        {
            if (!rules.AcceptedStatuses.Contains(status))
            {
                throw TsfErrors.EarStatusRefused.With(
                    $"The service's verdict on {(name == "cpu0" ? name : "a device beside cpu0")} is {status}; accepted: {string.Join(", ", rules.AcceptedStatuses.Order())}.");
            }
        }

        return modules;
    }

    private static void Require(JsonElement root, string name, string expected, ErrorCode error)
    {
        if (Text(root, name) != expected)
        {
            throw error.With($"The token's {name} is not '{expected}'.");
        }
    }

    // RFC 7519 allows fractions. The bounds keep what follows far from the ends of the calendar.
    private static DateTimeOffset? Date(JsonElement root, string name)
    {
        if (Member(root, name) is not { } member)
        {
            return null;
        }

        return member.ValueKind == JsonValueKind.Number && member.TryGetDouble(out var seconds) && seconds is >= 0 and <= 100_000_000_000
            ? DateTimeOffset.UnixEpoch.AddSeconds(seconds)
            : throw TsfErrors.MalformedEar.With($"The token's {name} is not a time.");
    }

    private static bool IsSame(JsonElement own, JsonElement? attested)
    {
        try
        {
            return attested is { } other && CryptographicOperations.FixedTimeEquals(CanonicalJson.Serialize(own), CanonicalJson.Serialize(other));
        }
        catch (TsfException)
        {
            // A value that has no canonical form is no key.
            return false;
        }
    }

    private static JsonDocument Parse(byte[] utf8, string what)
    {
        JsonDocument? document = null;
        try
        {
            document = UntrustedJson.Parse(utf8, Options);
            UntrustedJson.RequireText(document.RootElement);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw new JsonException("Not an object.");
        }
        catch (JsonException)
        {
            document?.Dispose();
            throw TsfErrors.MalformedEar.With($"The token's {what} is not a JSON object with each member once.");
        }
    }

    private static JsonElement? Member(JsonElement? value, string name) =>
        value is { ValueKind: JsonValueKind.Object } present && present.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement value, string name) => KbsJson.Text(value, name);
}
