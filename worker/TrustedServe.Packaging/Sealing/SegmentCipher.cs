using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TrustedServe.Packaging.Sealing;

/// <summary>Encrypts and decrypts segments of one stream, in any order; for one thread at a time, as <see cref="AesGcm"/> is.</summary>
internal sealed class SegmentCipher : IDisposable
{
    private const int NonceSize = 12;

    private readonly AesGcm aes;
    private readonly byte[] nonce = new byte[NonceSize];

    public SegmentCipher(ReadOnlySpan<byte> derivedKey, ReadOnlySpan<byte> prefix)
    {
        aes = new AesGcm(derivedKey, SegmentLayout.TagSize);
        prefix.CopyTo(nonce);
    }

    /// <summary>Writes ciphertext and tag, <see cref="SegmentLayout.TagSize"/> bytes more than the plaintext.</summary>
    public void Encrypt(long segment, bool last, ReadOnlySpan<byte> plaintext, Span<byte> sealedSegment)
    {
        SetNonce(segment, last);
        aes.Encrypt(nonce, plaintext, sealedSegment[..plaintext.Length], sealedSegment.Slice(plaintext.Length, SegmentLayout.TagSize));
    }

    /// <summary>Writes the plaintext, or nothing (zeroes) and returns false when the segment is not what was sealed in this place.</summary>
    public bool TryDecrypt(long segment, bool last, ReadOnlySpan<byte> sealedSegment, Span<byte> plaintext)
    {
        if (sealedSegment.Length < SegmentLayout.TagSize)
        {
            return false;
        }

        SetNonce(segment, last);
        try
        {
            aes.Decrypt(nonce, sealedSegment[..^SegmentLayout.TagSize], sealedSegment[^SegmentLayout.TagSize..], plaintext);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose() => aes.Dispose();

    private void SetNonce(long segment, bool last)
    {
        BinaryPrimitives.WriteUInt32BigEndian(nonce.AsSpan(StreamKey.PrefixSize), checked((uint)segment));
        nonce[^1] = last ? (byte)1 : (byte)0;
    }
}
