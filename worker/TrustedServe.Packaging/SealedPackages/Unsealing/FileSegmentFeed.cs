using TrustedServe.Packaging.Sealing;
using TrustedServe.Packaging.Stores;

namespace TrustedServe.Packaging.SealedPackages.Unsealing;

/// <summary>Segments of a local file: each thread reads its own, one at a time, so that they are still in its cache when decrypted.</summary>
internal sealed class FileSegmentFeed(FileBlobSource source, long streamOffset, long plaintextSize, long blocks)
    : SegmentFeed(streamOffset, plaintextSize, blocks)
{
    private long nextBlock = -1;

    public override void Drain(SegmentAction action, CancellationToken stop)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(SegmentLayout.SegmentSize);
        for (var block = Interlocked.Increment(ref nextBlock); block < Blocks; block = Interlocked.Increment(ref nextBlock))
        {
            for (var segment = FirstSegment(block); segment < EndSegment(block); segment++)
            {
                stop.ThrowIfCancellationRequested();
                var (offset, length) = Place(segment);
                source.Read(offset, buffer.AsSpan(0, length));
                action(segment, buffer.AsSpan(0, length));
            }
        }
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
