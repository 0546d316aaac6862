using System.Security.Cryptography;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Attestation.Jose;

/// <summary>ECDH-ES+A256KW: the wrapping key that two P-256 keys agree on.</summary>
internal static class KeyAgreement
{
    /// <summary>Derives it; the raw secret is zeroed.</summary>
    public static SecretBuffer Derive(ECDiffieHellman own, ECDiffieHellman theirs)
    {
        using var publicKey = theirs.PublicKey;
        var secret = own.DeriveRawSecretAgreement(publicKey);
        try
        {
            var key = new SecretBuffer(ConcatKdf.KeyBytes);
            ConcatKdf.Derive(secret, TeePublicKey.EcAlgorithm, key.Span);
            return key;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
