using TrustedServe.Packaging.Sealing;
using TrustedServe.Packaging.Stores;

namespace TrustedServe.Packaging.SealedPackages.Unsealing;

/// <summary>What a thread does with a segment; the bytes are valid during the call.</summary>
internal delegate void SegmentAction(long segment, ReadOnlySpan<byte> sealedSegment);

/// <summary>Hands out the segments of a stream to several threads, in blocks of neighbours that differ by one segment at most.</summary>
internal abstract class SegmentFeed(long streamOffset, long plaintextSize, long blocks) : IAsyncDisposable
{
    private readonly long segments = SegmentLayout.SegmentCount(plaintextSize);

    protected long Blocks => blocks;

    /// <summary>The feed that fits the source: its own threads read a local file, others are read ahead of the threads.</summary>
    public static SegmentFeed Create(IBlobSource source, long streamOffset, long plaintextSize, int threads, long blocks, CancellationToken cancellationToken) => source is FileBlobSource file
        ? new FileSegmentFeed(file, streamOffset, plaintextSize, blocks)
        : new ReadAheadSegmentFeed(source, streamOffset, plaintextSize, threads, cancellationToken);

    /// <summary>Runs the action for segments until none are left; called by each thread.</summary>
    public abstract void Drain(SegmentAction action, CancellationToken stop);

    public abstract ValueTask DisposeAsync();

    protected long FirstSegment(long block) => block * segments / blocks;

    protected long EndSegment(long block) => FirstSegment(block + 1);

    /// <summary>Where a segment lies in the source.</summary>
    protected (long Offset, int Length) Place(long segment) =>
        (streamOffset + SegmentLayout.CiphertextOffset(segment), SegmentLayout.PlaintextLength(segment, plaintextSize) + SegmentLayout.TagSize);

    /// <summary>Where a block lies in the source; its segments are neighbours.</summary>
    protected (long Offset, int Length) PlaceOfBlock(long block)
    {
        var (first, _) = Place(FirstSegment(block));
        var (last, length) = Place(EndSegment(block) - 1);
        return (first, (int)(last + length - first));
    }
}
