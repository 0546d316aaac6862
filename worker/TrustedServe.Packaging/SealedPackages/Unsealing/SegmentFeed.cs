using TrustedServe.Packaging.Sealing;

namespace TrustedServe.Packaging.SealedPackages.Unsealing;

/// <summary>What a thread does with a segment; the bytes are valid during the call.</summary>
internal delegate void SegmentAction(long segment, ReadOnlySpan<byte> sealedSegment);

/// <summary>Hands out the segments of a stream to several threads, in blocks of neighbours.</summary>
internal abstract class SegmentFeed(long streamOffset, long plaintextSize) : IAsyncDisposable
{
    /// <summary>How many segments a thread should have room for, so that it can hash their chunks together.</summary>
    public abstract int WindowSegments { get; }

    protected long Segments { get; } = SegmentLayout.SegmentCount(plaintextSize);

    protected abstract long Blocks { get; }

    /// <summary>Runs the action for segments until none are left; called by each thread.</summary>
    public abstract void Drain(SegmentAction action, CancellationToken stop);

    public abstract ValueTask DisposeAsync();

    protected abstract long FirstSegment(long block);

    protected long EndSegment(long block) => Math.Min(Segments, FirstSegment(block + 1));

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
