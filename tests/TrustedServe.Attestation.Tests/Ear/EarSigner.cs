using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrustedServe.Attestation.Ear;
using TrustedServe.Attestation.Jose;

namespace TrustedServe.Attestation.Tests.Ear;

/// <summary>An attestation service's key, and tokens signed with it that a test may spoil.</summary>
internal sealed class EarSigner : IDisposable
{
    public const string Issuer = "CoCo-Attestation-Service";

    public static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly JsonElement OwnKey = JsonSerializer.Deserialize<JsonElement>("""{"kty":"EC","crv":"P-256","alg":"ECDH-ES+A256KW","x":"AA","y":"BB"}""");

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Pem => key.ExportSubjectPublicKeyInfoPem();

    public byte[] PublicKeyInfo => key.ExportSubjectPublicKeyInfo();

    public EarKeySet Keys => EarKeySet.FromPem(Pem);

    public static JsonObject Header() => new() { ["typ"] = "JWT", ["alg"] = "ES256" };

    /// <summary>What Trustee's service says of a guest that it knows.</summary>
    public static JsonObject Claims() => (JsonObject)JsonNode.Parse($$"""
        {
          "eat_profile": "{{EarRules.TrusteeProfile}}", "iat": {{Now.ToUnixTimeSeconds()}}, "exp": {{Now.ToUnixTimeSeconds() + 300}}, "iss": "{{Issuer}}",
          "ear.verifier-id": { "developer": "https://confidentialcontainers.org", "build": "attestation-service 0.1.0" },
          "submods": { "cpu0": {
            "ear.status": "affirming", "ear.trustworthiness-vector": { "executables": 3, "hardware": 2 }, "ear.appraisal-policy-id": "default",
            "ear.veraison.annotated-evidence": { "runtime_data_claims": { "nonce": "n", "tee-pubkey": { "alg": "ECDH-ES+A256KW", "y": "BB", "x": "AA", "crv": "P-256", "kty": "EC" } }, "tdx": { "quote": {} } }
          } }
        }
        """)!;

    /// <summary>A JWK of the public half.</summary>
    public JsonObject Jwk(string? kid = null)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var jwk = new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = StrictBase64Url.Encode(point.X), ["y"] = StrictBase64Url.Encode(point.Y) };
        if (kid is not null)
        {
            jwk["kid"] = kid;
        }

        return jwk;
    }

    /// <summary>A certificate for the key, issued by itself.</summary>
    public byte[] Certificate()
    {
        using var certificate = new CertificateRequest("CN=attestation service", key, HashAlgorithmName.SHA256).CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
        return certificate.RawData;
    }

    public static byte[] Jwks(params JsonObject[] keys) => Encoding.UTF8.GetBytes(new JsonObject { ["keys"] = new JsonArray([.. keys]) }.ToJsonString());

    public string Sign(JsonObject? claims = null, JsonObject? header = null) => Sign((header ?? Header()).ToJsonString(), (claims ?? Claims()).ToJsonString());

    public string Sign(string header, string claims)
    {
        var signed = $"{StrictBase64Url.Encode(Encoding.UTF8.GetBytes(header))}.{StrictBase64Url.Encode(Encoding.UTF8.GetBytes(claims))}";
        return $"{signed}.{StrictBase64Url.Encode(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    public void Dispose() => key.Dispose();
}
