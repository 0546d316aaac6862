using System.Security.Cryptography;
using System.Text;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Attestation.Jose;

/// <summary>Encrypts a resource to the public key that a guest put under its evidence.</summary>
public static class JweWriter
{
    internal const int IvBytes = 12;
    internal const int TagBytes = 16;
    internal const int ContentKeyBytes = 32;

    /// <summary>Encrypts with a fresh content key: A256GCM, the key by ECDH-ES+A256KW or RSA-OAEP-256.</summary>
    public static FlattenedJwe Encrypt(TeePublicKey recipient, ReadOnlySpan<byte> plaintext)
    {
        using var contentKey = SecretBuffer.Random(ContentKeyBytes);
        var (header, encryptedKey) = recipient.Ec is { } ec ? WrapEc(ec, contentKey) : WrapRsa(recipient.Rsa!.Value, contentKey);

        Span<byte> iv = stackalloc byte[IvBytes];
        Span<byte> tag = stackalloc byte[TagBytes];
        RandomNumberGenerator.Fill(iv);
        var ciphertext = new byte[plaintext.Length];
        using var cipher = new AesGcm(contentKey.Span, TagBytes);
        cipher.Encrypt(iv, plaintext, ciphertext, tag, Encoding.ASCII.GetBytes(header));
        return new FlattenedJwe
        {
            Protected = header,
            EncryptedKey = StrictBase64Url.Encode(encryptedKey),
            Iv = StrictBase64Url.Encode(iv),
            Ciphertext = StrictBase64Url.Encode(ciphertext),
            Tag = StrictBase64Url.Encode(tag),
        };
    }

    private static (string Header, byte[] EncryptedKey) WrapEc(ECParameters recipient, SecretBuffer contentKey)
    {
        using var ephemeral = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using var theirs = ECDiffieHellman.Create(recipient);
        using var wrappingKey = KeyAgreement.Derive(ephemeral, theirs);
        var point = ephemeral.ExportParameters(includePrivateParameters: false).Q;
        return (JweHeader.WriteEc(StrictBase64Url.Encode(point.X), StrictBase64Url.Encode(point.Y)), AesKeyWrap.Wrap(wrappingKey.Span, contentKey.Span));
    }

    private static (string Header, byte[] EncryptedKey) WrapRsa(RSAParameters recipient, SecretBuffer contentKey)
    {
        using var rsa = RSA.Create(recipient);
        return (JweHeader.WriteRsa(), rsa.Encrypt(contentKey.Span, RSAEncryptionPadding.OaepSHA256));
    }
}
