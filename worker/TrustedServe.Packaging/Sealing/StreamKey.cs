using System.Security.Cryptography;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Packaging.Sealing;

/// <summary>The key of one stream, derived from the main key, the stream's salt and the associated data; zeroed on disposal.</summary>
internal sealed class StreamKey : IDisposable
{
    public const int KeySize = 32;
    public const int PrefixSize = 7;
    private const int SaltSize = 32;

    private readonly SecretBuffer derived = new(KeySize);
    private readonly byte[] prefix = new byte[PrefixSize];

    private StreamKey(SecretBuffer mainKey, ReadOnlySpan<byte> header, ReadOnlySpan<byte> associatedData)
    {
        if (mainKey.Length != KeySize)
        {
            throw new ArgumentException($"The main key must have {KeySize} bytes.", nameof(mainKey));
        }

        HKDF.DeriveKey(HashAlgorithmName.SHA256, mainKey.Span, derived.Span, header.Slice(1, SaltSize), associatedData);
        header.Slice(1 + SaltSize, PrefixSize).CopyTo(prefix);
    }

    /// <summary>The key of a stream that begins with this header, or null when it is no header of the format.</summary>
    public static StreamKey? TryRead(SecretBuffer mainKey, ReadOnlySpan<byte> header, ReadOnlySpan<byte> associatedData) =>
        header.Length == SegmentLayout.HeaderSize && header[0] == SegmentLayout.HeaderSize ? new(mainKey, header, associatedData) : null;

    /// <summary>The key of a new stream, whose header is written with a new salt and prefix.</summary>
    public static StreamKey Create(SecretBuffer mainKey, Span<byte> header, ReadOnlySpan<byte> associatedData)
    {
        header[0] = SegmentLayout.HeaderSize;
        RandomNumberGenerator.Fill(header[1..SegmentLayout.HeaderSize]);
        return new(mainKey, header, associatedData);
    }

    /// <summary>A cipher for one thread.</summary>
    /// <param name="digestsFollow">Whether the digests of what is decrypted are compared before it is used.</param>
    public SegmentCipher CreateCipher(bool digestsFollow = false) => new(derived.Span, prefix, digestsFollow);

    public void Dispose() => derived.Dispose();
}
