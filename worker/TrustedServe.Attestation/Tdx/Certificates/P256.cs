using System.Security.Cryptography;

namespace TrustedServe.Attestation.Tdx.Certificates;

/// <summary>The one signature scheme of TDX evidence: ECDSA on P-256 with SHA-256.</summary>
public static class P256
{
    /// <summary>Length of a public key here: X and Y, 32 bytes each.</summary>
    public const int KeyLength = 64;

    /// <summary>Reads a public key; null when the numbers are no point of the curve.</summary>
    /// <param name="key">X and Y, big-endian.</param>
    public static ECDsa? TryImport(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyLength)
        {
            return null;
        }

        try
        {
            return ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = key[..32].ToArray(), Y = key[32..].ToArray() },
            });
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Checks a signature given as r and s, 32 bytes each; false for numbers out of range too.</summary>
    public static bool VerifyFixed(ECDsa key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        Verify(key, data, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>Checks a signature in the DER form that certificates use.</summary>
    public static bool VerifyDer(ECDsa key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        Verify(key, data, signature, DSASignatureFormat.Rfc3279DerSequence);

    private static bool Verify(ECDsa key, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature, DSASignatureFormat format)
    {
        try
        {
            return key.VerifyData(data, signature, HashAlgorithmName.SHA256, format);
        }
        catch (CryptographicException)
        {
            // The provider may throw instead of answering for a signature that is no signature at all.
            return false;
        }
    }
}
