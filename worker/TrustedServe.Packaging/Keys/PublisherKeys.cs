using System.Security.Cryptography;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Packaging.Keys;

/// <summary>Public keys of publishers: ECDSA P-256, as SubjectPublicKeyInfo.</summary>
public static class PublisherKeys
{
    private const string P256 = "1.2.840.10045.3.1.7";
    private const int MaxBytes = 256;

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
        if (publicKey.IsEmpty || publicKey.Length > MaxBytes)
        {
            return null;
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(publicKey, out var read);
            var parameters = key.ExportParameters(includePrivateParameters: false);
            if (read == publicKey.Length && parameters.Curve.IsNamed && parameters.Curve.Oid.Value == P256)
            {
                return key;
            }
        }
        catch (CryptographicException)
        {
        }

        key.Dispose();
        return null;
    }
}
