using System.Security.Cryptography;
using System.Text;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Attestation.Jose;

/// <summary>
/// Opens a JWE. The kind of the private key decides the algorithm, never the header: a header that names another is refused.
/// </summary>
public static class JweReader
{
    /// <summary>Opens what was encrypted to an EC key.</summary>
    /// <exception cref="TsfException">TSF3010, the same for everything that does not open.</exception>
    public static SecretBuffer Decrypt(FlattenedJwe jwe, ECDiffieHellman key)
    {
        var header = Header(jwe, TeePublicKey.EcAlgorithm);
        if (header.EphemeralKey is not { } ephemeral)
        {
            throw TsfErrors.MalformedJwe.With("The protected header has no ephemeral key.");
        }

        ECParameters point;
        try
        {
            point = TeePublicKey.ParseEphemeral(ephemeral);
        }
        catch (TsfException exception)
        {
            throw TsfErrors.MalformedJwe.With(exception.Message);
        }

        using var theirs = ECDiffieHellman.Create(point);
        using var wrappingKey = KeyAgreement.Derive(key, theirs);
        using var contentKey = new SecretBuffer(JweWriter.ContentKeyBytes);
        AesKeyWrap.Unwrap(wrappingKey.Span, Bytes(jwe.EncryptedKey, "encrypted_key", JweWriter.ContentKeyBytes + AesKeyWrap.Overhead), contentKey.Span);
        return Open(jwe, contentKey);
    }

    /// <summary>Opens what was encrypted to an RSA key.</summary>
    /// <exception cref="TsfException">TSF3010, the same for everything that does not open.</exception>
    public static SecretBuffer Decrypt(FlattenedJwe jwe, RSA key)
    {
        Header(jwe, TeePublicKey.RsaAlgorithm);
        using var contentKey = new SecretBuffer(JweWriter.ContentKeyBytes);
        var encrypted = Bytes(jwe.EncryptedKey, "encrypted_key", key.KeySize / 8);
        using var buffer = new SecretBuffer(key.KeySize / 8);
        try
        {
            if (!key.TryDecrypt(encrypted, buffer.Span, RSAEncryptionPadding.OaepSHA256, out var written) || written != contentKey.Length)
            {
                throw TsfErrors.MalformedJwe.With("The content key does not have 32 bytes.");
            }
        }
        catch (CryptographicException)
        {
            throw TsfErrors.MalformedJwe.With("The content key does not open: it was made for another key, or changed.");
        }

        buffer.Span[..contentKey.Length].CopyTo(contentKey.Span);
        return Open(jwe, contentKey);
    }

    private static SecretBuffer Open(FlattenedJwe jwe, SecretBuffer contentKey)
    {
        var iv = Bytes(jwe.Iv, "iv", JweWriter.IvBytes);
        var tag = Bytes(jwe.Tag, "tag", JweWriter.TagBytes);
        if (!StrictBase64Url.TryDecode(jwe.Ciphertext, KbsProtocol.MaxResourceBytes, out var ciphertext))
        {
            throw TsfErrors.MalformedJwe.With($"'ciphertext' is not base64url of at most {KbsProtocol.MaxResourceBytes} bytes.");
        }

        var plaintext = new SecretBuffer(ciphertext.Length);
        try
        {
            using var cipher = new AesGcm(contentKey.Span, JweWriter.TagBytes);
            cipher.Decrypt(iv, ciphertext, tag, plaintext.Span, Encoding.ASCII.GetBytes(jwe.Protected));
            return plaintext;
        }
        catch (CryptographicException)
        {
            plaintext.Dispose();
            throw TsfErrors.MalformedJwe.With("The content does not open: it was changed.");
        }
    }

    private static JweHeader Header(FlattenedJwe jwe, string algorithm)
    {
        var header = JweHeader.Parse(jwe.Protected);
        return header.Algorithm == algorithm ? header : throw TsfErrors.MalformedJwe.With($"The key algorithm is not {algorithm}.");
    }

    private static byte[] Bytes(string text, string name, int length) =>
        StrictBase64Url.TryDecode(text, length, out var bytes) && bytes.Length == length
            ? bytes
            : throw TsfErrors.MalformedJwe.With($"'{name}' is not {length} bytes of base64url.");
}
