using System.Security.Cryptography;
using TrustedServe.Packaging.Keys;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.SealedPackages;

/// <summary>
/// The 97 bytes after the envelope: algorithm, SHA-256 of the signer's public key, signature. Always of this size, so that
/// signing again changes nothing else of the file.
/// </summary>
internal sealed class SignatureBlock
{
    public const int Size = 1 + FingerprintSize + SignatureSize;
    private const int FingerprintSize = SHA256.HashSizeInBytes;
    private const int SignatureSize = 64;
    private const byte AlgorithmNone = 0;
    private const byte AlgorithmEcdsaP256Sha256 = 1;

    private readonly byte[] bytes;

    private SignatureBlock(byte[] bytes) => this.bytes = bytes;

    public static SignatureBlock None { get; } = new(new byte[Size]);

    public ReadOnlyMemory<byte> Bytes => bytes;

    public bool IsPresent => bytes[0] == AlgorithmEcdsaP256Sha256;

    /// <summary>Fingerprint of the signer's public key, as the block states it.</summary>
    public string Signer => Convert.ToHexStringLower(Fingerprint);

    // Signatures over envelopes can never be taken for signatures over something else that the same key signs.
    private static ReadOnlySpan<byte> Domain => "trustedserve/sealed-package-signature/1\0"u8;

    private ReadOnlySpan<byte> Fingerprint => bytes.AsSpan(1, FingerprintSize);

    private ReadOnlySpan<byte> Signature => bytes.AsSpan(1 + FingerprintSize);

    public static SignatureBlock Parse(ReadOnlySpan<byte> block, string location) => block[0] switch
    {
        AlgorithmNone when block.ContainsAnyExcept((byte)0) => throw TsfErrors.InvalidEnvelope.With($"{location}: the signature block says that there is no signature, but is not empty."),
        AlgorithmNone or AlgorithmEcdsaP256Sha256 => new SignatureBlock(block.ToArray()),
        _ => throw TsfErrors.InvalidEnvelope.With($"{location}: the signature algorithm {block[0]} is not known."),
    };

    /// <summary>Signs the bytes before the block.</summary>
    public static SignatureBlock Sign(ReadOnlySpan<byte> associatedData, ECDsa signer)
    {
        var publicKey = PublisherKeys.Export(signer)
            ?? throw TsfErrors.UnsupportedSigner.With($"The publisher's key has {signer.KeySize} bits and is not of the curve P-256.");
        var bytes = new byte[Size];
        bytes[0] = AlgorithmEcdsaP256Sha256;
        SHA256.HashData(publicKey, bytes.AsSpan(1));
        signer.SignData([.. Domain, .. associatedData], HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation).CopyTo(bytes, 1 + FingerprintSize);
        return new SignatureBlock(bytes);
    }

    /// <summary>Whether the block names this public key as its signer.</summary>
    public bool IsBy(ReadOnlySpan<byte> publicKey) => IsPresent && Fingerprint.SequenceEqual(SHA256.HashData(publicKey));

    /// <summary>Whether the signature is this key's, over these bytes.</summary>
    public bool Verify(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> publicKey)
    {
        using var key = PublisherKeys.TryImport(publicKey);
        return IsBy(publicKey) && key is not null
            && key.VerifyData([.. Domain, .. associatedData], Signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}
