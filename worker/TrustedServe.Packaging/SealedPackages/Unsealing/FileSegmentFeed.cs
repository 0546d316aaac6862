using TrustedServe.Packaging.Sealing;
using TrustedServe.Packaging.Stores;

namespace TrustedServe.Packaging.SealedPackages.Unsealing;

/// <summary>
/// Segments of a local file: each thread reads its own, one at a time, so that they are still in its cache when decrypted. Every
/// thread gets as many blocks as the others, and they differ by one segment at most, so that none is idle at the end.
/// </summary>
internal sealed class FileSegmentFeed(FileBlobSource source, long streamOffset, long plaintextSize, int threads, int segmentsAtMost)
    : SegmentFeed(streamOffset, plaintextSize)
{
    private long nextBlock = -1;

    public override int WindowSegments => (int)((Segments + Blocks - 1) / Blocks);

    protected override long Blocks { get; } = (SegmentLayout.SegmentCount(plaintextSize) + (threads * segmentsAtMost) - 1) / (threads * segmentsAtMost) * threads;

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

    protected override long FirstSegment(long block) => block * Segments / Blocks;
}
