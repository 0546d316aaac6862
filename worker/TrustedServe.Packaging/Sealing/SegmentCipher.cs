using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TrustedServe.Packaging.Sealing;

/// <summary>Encrypts and decrypts segments of one stream, in any order; for one thread at a time, as <see cref="AesGcm"/> is.</summary>
internal sealed class SegmentCipher : IDisposable
{
    private readonly AesGcm aes;
    private readonly GcmDecryptor? decryptor;
    private readonly byte[] nonce = new byte[GcmDecryptor.NonceSize];

    /// <param name="derivedKey">The key of the stream.</param>
    /// <param name="prefix">What all nonces begin with.</param>
    /// <param name="digestsFollow">Whether the digests of what is decrypted are compared before it is used: a quicker way is taken where the processor has it.</param>
    public SegmentCipher(ReadOnlySpan<byte> derivedKey, ReadOnlySpan<byte> prefix, bool digestsFollow)
    {
        aes = new AesGcm(derivedKey, SegmentLayout.TagSize);
        decryptor = digestsFollow && GcmDecryptor.IsSupported ? new GcmDecryptor(derivedKey) : null;
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
        var ciphertext = sealedSegment[..^SegmentLayout.TagSize];
        var tag = sealedSegment[^SegmentLayout.TagSize..];
        if (decryptor is not null)
        {
            return decryptor.TryDecrypt(nonce, ciphertext, tag, plaintext);
        }

        try
        {
            aes.Decrypt(nonce, ciphertext, tag, plaintext);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        aes.Dispose();
        decryptor?.Dispose();
    }

    private void SetNonce(long segment, bool last)
    {
        BinaryPrimitives.WriteUInt32BigEndian(nonce.AsSpan(StreamKey.PrefixSize), checked((uint)segment));
        nonce[^1] = last ? (byte)1 : (byte)0;
    }
}
