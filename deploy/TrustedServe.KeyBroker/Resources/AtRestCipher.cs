using System.Security.Cryptography;
using System.Text;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.KeyBroker.Resources;

/// <summary>
/// Encryption of files in the broker's folder: <c>TSKB</c>, version 1, nonce (12), ciphertext, tag (16). AES-256-GCM under a key
/// that HKDF-SHA-256 derives from the root key for each purpose; the associated data is the name, so that files cannot change
/// places. An older state of the whole folder cannot be told from the current one.
/// </summary>
internal sealed class AtRestCipher : IDisposable
{
    /// <summary>How much longer a file is than its content.</summary>
    public const int Overhead = 5 + NonceBytes + TagBytes;

    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private readonly SecretBuffer key = new(32);

    public AtRestCipher(SecretBuffer rootKey, string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, rootKey.Span, key.Span, salt: [], Encoding.ASCII.GetBytes($"trustedserve key broker: {purpose}"));

    private static ReadOnlySpan<byte> Magic => "TSKB\u0001"u8;

    /// <summary>Encrypts under a random nonce (a folder sees far fewer than the 2^32 writes that allows).</summary>
    public byte[] Seal(string name, ReadOnlySpan<byte> plaintext)
    {
        var file = new byte[plaintext.Length + Overhead];
        Magic.CopyTo(file);
        var nonce = file.AsSpan(Magic.Length, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(key.Span, TagBytes);
        cipher.Encrypt(nonce, plaintext, file.AsSpan(Magic.Length + NonceBytes, plaintext.Length), file.AsSpan(^TagBytes..), Encoding.ASCII.GetBytes(name));
        return file;
    }

    /// <summary>Decrypts.</summary>
    /// <exception cref="TsfException">TSF3022 for anything that was not sealed under this name and key.</exception>
    public SecretBuffer Open(string name, ReadOnlySpan<byte> file)
    {
        if (file.Length < Overhead || !file.StartsWith(Magic))
        {
            throw Damaged(name);
        }

        var plaintext = new SecretBuffer(file.Length - Overhead);
        try
        {
            using var cipher = new AesGcm(key.Span, TagBytes);
            cipher.Decrypt(file.Slice(Magic.Length, NonceBytes), file[(Magic.Length + NonceBytes)..^TagBytes], file[^TagBytes..], plaintext.Span, Encoding.ASCII.GetBytes(name));
            return plaintext;
        }
        catch (CryptographicException)
        {
            plaintext.Dispose();
            throw Damaged(name);
        }
    }

    public void Dispose() => key.Dispose();

    private static TsfException Damaged(string name) =>
        TsfErrors.ResourceDamaged.With($"What is kept as '{name}' does not open: it was changed, exchanged, or made under another root key.");
}
