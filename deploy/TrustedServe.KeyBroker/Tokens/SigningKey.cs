using System.Security.Cryptography;
using TrustedServe.Attestation.Jose;
using TrustedServe.Attestation.Kbs;

namespace TrustedServe.KeyBroker.Tokens;

/// <summary>One key that signs tokens: ECDSA P-256.</summary>
internal sealed class SigningKey : IDisposable
{
    /// <summary>The only algorithm.</summary>
    public const string Algorithm = "ES256";

    public SigningKey(ECDsa key, DateTimeOffset created)
    {
        (Key, Created) = (key, created);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var jwk = new Dictionary<string, string>
        {
            ["crv"] = "P-256",
            ["kty"] = "EC",
            ["x"] = StrictBase64Url.Encode(point.X),
            ["y"] = StrictBase64Url.Encode(point.Y),
        };
        Id = StrictBase64Url.Encode(SHA256.HashData(CanonicalJson.Serialize(KbsJson.Element(jwk))));
        jwk["alg"] = Algorithm;
        Header = StrictBase64Url.Encode(KbsJson.Write(new Dictionary<string, object> { ["typ"] = "JWT", ["alg"] = Algorithm, ["kid"] = Id, ["jwk"] = jwk }));
        Published = new Dictionary<string, string>(jwk) { ["use"] = "sig", ["kid"] = Id };
    }

    /// <summary>RFC 7638 thumbprint, under which tokens and the published keys name it.</summary>
    public string Id { get; }

    /// <summary>When it was made, to the second.</summary>
    public DateTimeOffset Created { get; }

    /// <summary>The key pair.</summary>
    public ECDsa Key { get; }

    /// <summary>The first part of every token that it signs.</summary>
    public string Header { get; }

    /// <summary>The public half as a member of a JWK set.</summary>
    public IReadOnlyDictionary<string, string> Published { get; }

    public void Dispose() => Key.Dispose();
}
