using System.Buffers;
using TrustedServe.Packaging.Sealing;

namespace TrustedServe.Packaging.Rows;

/// <summary>Gathers a segment, seals it once more bytes come (it is then not the last), and seals the rest at the end.</summary>
internal sealed class SegmentedRowsWriter(Stream destination, StreamKey key) : SealedRowsWriter
{
    private readonly SegmentCipher cipher = key.CreateCipher();
    private byte[] plaintext = ArrayPool<byte>.Shared.Rent(SegmentLayout.OtherPlaintext);
    private byte[] sealedSegment = ArrayPool<byte>.Shared.Rent(SegmentLayout.SegmentSize);
    private int gathered;
    private long segment;
    private bool ended;

    private int Capacity => segment == 0 ? SegmentLayout.FirstPlaintext : SegmentLayout.OtherPlaintext;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> plaintext, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(ended, this);
        while (!plaintext.IsEmpty)
        {
            if (gathered == Capacity)
            {
                await SealAsync(last: false, cancellationToken).ConfigureAwait(false);
            }

            var length = Math.Min(plaintext.Length, Capacity - gathered);
            plaintext[..length].CopyTo(this.plaintext.AsMemory(gathered));
            gathered += length;
            plaintext = plaintext[length..];
        }
    }

    public override async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(ended, this);
        ended = true;
        await SealAsync(last: true, cancellationToken).ConfigureAwait(false);
        await destination.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override ValueTask DisposeAsync()
    {
        ended = true;
        cipher.Dispose();
        key.Dispose();
        if (plaintext.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(plaintext, clearArray: true);
            ArrayPool<byte>.Shared.Return(sealedSegment);
            plaintext = sealedSegment = [];
        }

        return ValueTask.CompletedTask;
    }

    private async ValueTask SealAsync(bool last, CancellationToken cancellationToken)
    {
        var bytes = sealedSegment.AsMemory(0, gathered + SegmentLayout.TagSize);
        cipher.Encrypt(segment, last, plaintext.AsSpan(0, gathered), bytes.Span);
        segment++;
        gathered = 0;
        await destination.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }
}
