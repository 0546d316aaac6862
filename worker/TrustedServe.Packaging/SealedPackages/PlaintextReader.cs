using System.Security.Cryptography;
using TrustedServe.Packaging.Sealing;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.SealedPackages;

/// <summary>Reads the plaintext of a sealed package front to back, one verified segment at a time.</summary>
internal sealed class PlaintextReader(IBlobSource source, PackageHead head, StreamKey key) : IDisposable
{
    private readonly SegmentCipher cipher = key.CreateCipher();
    private readonly byte[] ciphertext = GC.AllocateUninitializedArray<byte>(SegmentLayout.SegmentSize);
    private readonly byte[] plaintext = GC.AllocateUninitializedArray<byte>(SegmentLayout.OtherPlaintext);
    private readonly long size = head.Envelope.PlaintextSize;
    private long nextSegment;
    private int position;
    private int available;

    /// <summary>Fills the buffer with the next bytes of plaintext.</summary>
    /// <returns>Whether there were as many.</returns>
    public async ValueTask<bool> TryReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (buffer.Length > 0)
        {
            var part = await NextAsync(buffer.Length, cancellationToken).ConfigureAwait(false);
            if (part.IsEmpty)
            {
                return false;
            }

            part.CopyTo(buffer);
            buffer = buffer[part.Length..];
        }

        return true;
    }

    /// <summary>The next bytes of plaintext, at most so many; empty at the end. Valid until the next call.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> NextAsync(long atMost, CancellationToken cancellationToken)
    {
        if (position == available)
        {
            if (nextSegment == SegmentLayout.SegmentCount(size))
            {
                return default;
            }

            await ReadSegmentAsync(cancellationToken).ConfigureAwait(false);
        }

        var part = plaintext.AsMemory(position, (int)Math.Min(atMost, available - position));
        position += part.Length;
        return part;
    }

    public void Dispose()
    {
        cipher.Dispose();
        CryptographicOperations.ZeroMemory(plaintext);
    }

    private async ValueTask ReadSegmentAsync(CancellationToken cancellationToken)
    {
        var length = SegmentLayout.PlaintextLength(nextSegment, size);
        var segment = ciphertext.AsMemory(0, length + SegmentLayout.TagSize);
        await source.ReadAsync(head.StreamOffset + SegmentLayout.CiphertextOffset(nextSegment), segment, cancellationToken).ConfigureAwait(false);
        Decrypt(cipher, nextSegment, size, segment.Span, plaintext.AsSpan(0, length), source.Location);
        nextSegment++;
        position = 0;
        available = length;
    }

    /// <summary>Decrypts a segment of a sealed package.</summary>
    public static void Decrypt(SegmentCipher cipher, long segment, long plaintextSize, ReadOnlySpan<byte> sealedSegment, Span<byte> plaintext, string location)
    {
        var last = segment == SegmentLayout.SegmentCount(plaintextSize) - 1;
        if (!cipher.TryDecrypt(segment, last, sealedSegment, plaintext))
        {
            throw TsfErrors.DecryptionFailed.With($"{location}: segment {segment} does not decrypt: another key, or changed bytes in the envelope or in this segment.");
        }
    }
}
