using System.Security.Cryptography;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Packaging.Keys;

/// <summary>Public keys of publishers: ECDSA P-256, as SubjectPublicKeyInfo with the point uncompressed (91 bytes).</summary>
public static class PublisherKeys
{
    private const int Size = 91;

    // Sequence, algorithm id-ecPublicKey, named curve prime256v1, bit string, uncompressed point: the same for every key. Only
    // what begins so is given to the parser, so that one key has one spelling and one fingerprint.
    private static ReadOnlySpan<byte> Prefix =>
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ];

    /// <summary>Whether the bytes are such a key and nothing else.</summary>
    public static bool IsValid(ReadOnlySpan<byte> publicKey)
    {
        using var key = TryImport(publicKey);
        return key is not null;
    }

    /// <summary>SHA-256 of the key's bytes, 64 lower-case hex digits: what a signature block names its signer by.</summary>
    public static string Fingerprint(ReadOnlySpan<byte> publicKey) => Hex.Write(SHA256.HashData(publicKey));

    /// <summary>The public half of a signer, or null when it is not of P-256.</summary>
    internal static byte[]? Export(ECDsa signer)
    {
        var publicKey = signer.ExportSubjectPublicKeyInfo();
        return IsValid(publicKey) ? publicKey : null;
    }

    internal static ECDsa? TryImport(ReadOnlySpan<byte> publicKey)
    {
        if (publicKey.Length != Size || !publicKey.StartsWith(Prefix))
        {
            return null;
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(publicKey, out _);
            return key;
        }
        catch (CryptographicException)
        {
            // The point is not on the curve.
            key.Dispose();
            return null;
        }
    }
}
