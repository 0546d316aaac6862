using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using TrustedServe.Attestation.Jose;

namespace TrustedServe.Attestation.Tests.Support;

/// <summary>
/// Seals rightly under a header that may say anything, so that what is refused is refused for what the header says, and not
/// because the content does not open.
/// </summary>
internal sealed class JweForge : IDisposable
{
    private readonly byte[] contentKey = RandomNumberGenerator.GetBytes(32);

    public static byte[] Plaintext { get; } = "sealed by the forge"u8.ToArray();

    public ECDiffieHellman Recipient { get; } = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

    public RSA RsaRecipient { get; } = RSA.Create(2048);

    /// <summary>To the EC key.</summary>
    public FlattenedJwe Make(Action<JsonObject>? edit = null, int tagBytes = 16)
    {
        using var ephemeral = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using var wrappingKey = KeyAgreement.Derive(ephemeral, Recipient);
        var header = new JsonObject { ["alg"] = "ECDH-ES+A256KW", ["enc"] = "A256GCM", ["epk"] = Jwk(ephemeral) };
        edit?.Invoke(header);
        return Seal(header, AesKeyWrap.Wrap(wrappingKey.Span, contentKey), tagBytes);
    }

    /// <summary>To the RSA key.</summary>
    public FlattenedJwe MakeRsa(string algorithm, RSAEncryptionPadding padding) =>
        Seal(new JsonObject { ["alg"] = algorithm, ["enc"] = "A256GCM" }, RsaRecipient.Encrypt(contentKey, padding), 16);

    /// <summary>A public key as a header carries it, under the name of its curve.</summary>
    public static JsonObject Jwk(ECDiffieHellman key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new JsonObject { ["crv"] = $"P-{key.KeySize}", ["kty"] = "EC", ["x"] = StrictBase64Url.Encode(point.X), ["y"] = StrictBase64Url.Encode(point.Y) };
    }

    public void Dispose()
    {
        Recipient.Dispose();
        RsaRecipient.Dispose();
    }

    private FlattenedJwe Seal(JsonObject header, byte[] encryptedKey, int tagBytes)
    {
        var protectedHeader = StrictBase64Url.Encode(Encoding.UTF8.GetBytes(header.ToJsonString()));
        var (iv, tag, ciphertext) = (RandomNumberGenerator.GetBytes(12), new byte[tagBytes], new byte[Plaintext.Length]);
        using var cipher = new AesGcm(contentKey, tagBytes);
        cipher.Encrypt(iv, Plaintext, ciphertext, tag, Encoding.ASCII.GetBytes(protectedHeader));
        return new FlattenedJwe
        {
            Protected = protectedHeader,
            EncryptedKey = StrictBase64Url.Encode(encryptedKey),
            Iv = StrictBase64Url.Encode(iv),
            Ciphertext = StrictBase64Url.Encode(ciphertext),
            Tag = StrictBase64Url.Encode(tag),
        };
    }
}
