using System.Security.Cryptography;

namespace TrustedServe.Attestation.Tdx.Certificates;

/// <summary>The one public key that everything in TDX evidence must lead back to. It is compared as a key: a name proves nothing.</summary>
public sealed class TrustAnchor
{
    private readonly byte[] publicKey;

    private TrustAnchor(ReadOnlySpan<byte> publicKey)
    {
        this.publicKey = publicKey.ToArray();
        Key = new P256Key(this.publicKey);
        KeyId = Convert.ToHexStringLower(SHA384.HashData([4, .. publicKey]));
    }

    /// <summary>The public key of the Intel SGX Root CA (serial 22650cd6…, valid 2018 to 2049).</summary>
    public static TrustAnchor IntelSgxRoot { get; } = new(Convert.FromHexString(
        "0ba9c4c0c0c86193a3fe23d6b02cda10a8bbd4e88e48b4458561a36e705525f5"
        + "67918e2edc88e40d860bd0cc4ee26aacc988e505a953558c453f6b0904ae7394"));

    /// <summary>X and Y on P-256, 64 bytes.</summary>
    public ReadOnlySpan<byte> PublicKey => publicKey;

    /// <summary>The key, ready to check what the root signed.</summary>
    public P256Key Key { get; }

    /// <summary>Certificates that lead back to this key.</summary>
    internal KnownCertificates Known { get; } = new();

    /// <summary>SHA-384 of the uncompressed point: the id under which verifiers report a root key.</summary>
    public string KeyId { get; }

    /// <summary>Pins another root. Whoever has its private key can forge every quote: for tests only.</summary>
    /// <param name="publicKey">X and Y on P-256, 64 bytes.</param>
    public static TrustAnchor InsecureFromPublicKey(ReadOnlySpan<byte> publicKey)
    {
        using var key = P256.TryImport(publicKey) ?? throw new ArgumentException("Not a point on P-256.", nameof(publicKey));
        return new TrustAnchor(publicKey);
    }

    /// <summary>True when this is the anchor's key.</summary>
    public bool Is(ReadOnlySpan<byte> key) => key.SequenceEqual(publicKey);
}
