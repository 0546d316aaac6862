using System.Security.Cryptography;
using System.Text.Json;
using TrustedServe.Attestation.Jose;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Attestation.Ear;

/// <summary>The keys that are trusted to sign attestation tokens: one given as PEM, or those of a JWKS document (RFC 7517).</summary>
public sealed class EarKeySet
{
    /// <summary>The longest document that is read.</summary>
    public const int MaxLength = 256 << 10;

    /// <summary>The most members of a set that are looked at: each may cost a check of a signature.</summary>
    public const int MaxKeys = 32;

    private const int CoordinateBytes = 32;
    private const int MaxIdLength = 256;

    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    private readonly EarKey[] keys;

    private EarKeySet(EarKey[] keys) => this.keys = keys;

    /// <summary>How many keys it has.</summary>
    public int Count => keys.Length;

    /// <summary>Reads one public key: <c>-----BEGIN PUBLIC KEY-----</c>, SubjectPublicKeyInfo of P-256. It is meant whatever a token calls it.</summary>
    /// <exception cref="TsfException">TSF3411.</exception>
    public static EarKeySet FromPem(string pem)
    {
        try
        {
            // The label is asked for: the framework would read a private key too, and that belongs to nobody but the signer.
            if (pem.Length > MaxLength || !PemEncoding.TryFind(pem, out var fields) || !pem.AsSpan()[fields.Label].SequenceEqual("PUBLIC KEY"))
            {
                throw Refused("it is not a PUBLIC KEY in PEM");
            }

            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(Convert.FromBase64String(pem[fields.Base64Data]), out _);
            var parameters = key.ExportParameters(includePrivateParameters: false);
            return parameters.Curve.Oid.Value == "1.2.840.10045.3.1.7"
                ? new EarKeySet([new EarKey(null, new P256Key((byte[])[.. parameters.Q.X!, .. parameters.Q.Y!]))])
                : throw Refused("its curve is not P-256");
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException)
        {
            throw Refused("it is not an elliptic-curve key");
        }
    }

    /// <summary>
    /// Reads a JWKS document. Keys of other kinds or uses are passed over, as the document may serve other purposes too; one that
    /// says to be a P-256 key and is none is an error.
    /// </summary>
    /// <exception cref="TsfException">TSF3411.</exception>
    public static EarKeySet FromJwks(ReadOnlyMemory<byte> json)
    {
        if (json.Length > MaxLength)
        {
            throw Refused($"it has more than {MaxLength} bytes");
        }

        try
        {
            using var document = UntrustedJson.Parse(json, Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("keys", out var members) || members.ValueKind != JsonValueKind.Array)
            {
                throw Refused("it has no member 'keys' with a list");
            }

            if (members.GetArrayLength() > MaxKeys)
            {
                throw Refused($"it has more than {MaxKeys} keys");
            }

            EarKey[] keys = [.. members.EnumerateArray().Where(IsSigner).Select(Parse)];
            return keys.Length > 0 ? new EarKeySet(keys) : throw Refused("it has no key for ES256");
        }
        catch (JsonException exception)
        {
            throw Refused($"it is not JSON ({UntrustedJson.Place(exception)})");
        }
    }

    /// <summary>The keys that a token with this <c>kid</c> (or none) may be signed with.</summary>
    internal IEnumerable<EarKey> For(string? id) => keys.Where(key => id is null || key.Id is null || key.Id == id);

    private static bool IsSigner(JsonElement key) =>
        KbsJson.Text(key, "kty") == "EC"
        && KbsJson.Text(key, "crv") == "P-256"
        && KbsJson.Text(key, "use") is null or "sig"
        && KbsJson.Text(key, "alg") is null or "ES256";

    private static EarKey Parse(JsonElement key)
    {
        if (KbsJson.Text(key, "kid") is { Length: > MaxIdLength })
        {
            throw Refused($"a kid has more than {MaxIdLength} characters");
        }

        if (!StrictBase64Url.TryDecode(KbsJson.Text(key, "x"), CoordinateBytes, out var x) || x.Length != CoordinateBytes
            || !StrictBase64Url.TryDecode(KbsJson.Text(key, "y"), CoordinateBytes, out var y) || y.Length != CoordinateBytes)
        {
            throw Refused($"a coordinate is not {CoordinateBytes} bytes of base64url");
        }

        byte[] point = [.. x, .. y];
        using var imported = P256.TryImport(point);
        return imported is not null ? new EarKey(KbsJson.Text(key, "kid"), new P256Key(point)) : throw Refused("a point is not on the curve");
    }

    private static TsfException Refused(string why) => TsfErrors.InvalidEarSigner.With($"The keys of trusted signers are refused: {why}.");
}
