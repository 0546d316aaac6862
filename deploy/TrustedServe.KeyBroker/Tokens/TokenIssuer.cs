using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TrustedServe.Attestation.Jose;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Tdx.Policies;
using TrustedServe.KeyBroker.Verification;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.KeyBroker.Tokens;

/// <summary>
/// Issues attestation tokens (ES256, five minutes) and verifies its own. A token is judged with this broker's keys alone: its header
/// chooses among them by id; a key in the header, or another algorithm, is never looked at.
/// </summary>
internal sealed class TokenIssuer(SigningKeyRing keys, TimeProvider time)
{
    /// <summary>How long a token lives.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private const string Issuer = "trustedserve-key-broker";
    private const int MaxTokenLength = 32 * 1024;
    private const int SignatureBytes = 64;

    /// <summary>Issues a token for verified evidence and the key that was bound to it.</summary>
    public string Issue(VerifiedEvidence evidence, JsonElement runtimeClaims)
    {
        var key = keys.Current;
        var now = time.GetUtcNow();
        var payload = KbsJson.Write(new EarToken
        {
            Profile = EarToken.TrusteeProfile,
            IssuedAt = now.ToUnixTimeSeconds(),
            Expires = (now + Lifetime).ToUnixTimeSeconds(),
            Issuer = Issuer,
            Verifier = new EarToken.VerifierId { Developer = "TrustedServe.Functions", Build = $"key-broker {typeof(TokenIssuer).Assembly.GetName().Version?.ToString(3)}" },
            Modules = new EarToken.Submodules
            {
                Cpu0 = new EarToken.Appraisal
                {
                    Status = evidence.Status,
                    Trustworthiness = evidence.Trustworthiness,
                    PolicyId = "default",
                    Evidence = Annotated(evidence, runtimeClaims),
                    Tee = evidence.Tee,
                    Measurement = evidence.Measurement,
                },
            },
        });
        var signed = $"{key.Header}.{StrictBase64Url.Encode(payload)}";
        return $"{signed}.{StrictBase64Url.Encode(key.Key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    /// <summary>Verifies a token: form, algorithm, signature, issuer and profile, time, claims.</summary>
    /// <exception cref="TsfException">TSF3008; the token itself is never repeated.</exception>
    public TokenClaims Verify(string token)
    {
        var parts = token.Length <= MaxTokenLength ? token.Split('.', 4) : [];
        if (parts.Length != 3
            || !StrictBase64Url.TryDecode(parts[0], MaxTokenLength, out var headerBytes)
            || !StrictBase64Url.TryDecode(parts[1], MaxTokenLength, out var payload)
            || !StrictBase64Url.TryDecode(parts[2], SignatureBytes, out var signature))
        {
            throw Rejected("it is not a JWT");
        }

        var header = Read<JwtHeader>(headerBytes);
        if (header.Algorithm != SigningKey.Algorithm)
        {
            throw Rejected($"its algorithm is not {SigningKey.Algorithm}");
        }

        if (signature.Length != SignatureBytes || keys.Find(header.KeyId) is not { } key || !key.Key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), signature, HashAlgorithmName.SHA256))
        {
            throw Rejected("its signature is not of this broker and a key that still counts");
        }

        var claims = Read<EarToken>(payload);
        if (claims.Issuer != Issuer || claims.Profile != EarToken.TrusteeProfile)
        {
            throw Rejected("its issuer or profile is another");
        }

        var now = time.GetUtcNow().ToUnixTimeSeconds();
        if (claims.Expires <= now || claims.IssuedAt > now || claims.Expires - claims.IssuedAt > (long)Lifetime.TotalSeconds)
        {
            throw Rejected("it has expired or is not valid yet");
        }

        var appraisal = claims.Modules.Cpu0;
        return appraisal.Evidence.TryGetValue("runtime_data_claims", out var runtime)
            && runtime.ValueKind == JsonValueKind.Object
            && runtime.TryGetProperty("tee-pubkey", out var publicKey)
                ? new TokenClaims(appraisal.Tee, appraisal.Measurement, Guest(appraisal), TeePublicKey.Parse(publicKey))
                : throw Rejected("it names no key");
    }

    private static Dictionary<string, JsonElement> Annotated(VerifiedEvidence evidence, JsonElement runtimeClaims)
    {
        var annotated = new Dictionary<string, JsonElement>
        {
            ["report_data"] = KbsJson.Element(evidence.ReportData),
            ["runtime_data_claims"] = runtimeClaims,
            [evidence.Tee] = evidence.Claims,
        };
        if (evidence.InitData is { } initData)
        {
            annotated["init_data"] = KbsJson.Element(initData);
        }

        if (evidence.InitDataClaims is { } initDataClaims)
        {
            annotated["init_data_claims"] = initDataClaims;
        }

        return annotated;
    }

    private static PolicyClaims? Guest(EarToken.Appraisal appraisal)
    {
        if (appraisal.Tee != TdxEvidenceVerifier.Name)
        {
            return null;
        }

        try
        {
            return appraisal.Evidence.TryGetValue(TdxEvidenceVerifier.Name, out var claims) ? TdxTokenClaims.ReadGuest(claims) : throw Rejected("it names no guest");
        }
        catch (JsonException)
        {
            throw Rejected("its guest is of another form");
        }
    }

    private static T Read<T>(byte[] utf8)
        where T : class
    {
        try
        {
            return KbsJson.Read<T>(utf8, "token");
        }
        catch (TsfException)
        {
            throw Rejected("it is not a JWT");
        }
    }

    private static TsfException Rejected(string why) => TsfErrors.TokenRejected.With($"The attestation token is refused: {why}.");
}
