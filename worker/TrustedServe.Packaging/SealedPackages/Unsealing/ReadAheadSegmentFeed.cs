using System.Buffers;
using System.Threading.Channels;
using TrustedServe.Packaging.Digests;
using TrustedServe.Packaging.Stores;

namespace TrustedServe.Packaging.SealedPackages.Unsealing;

/// <summary>
/// Segments of a source that answers slowly: several blocks are asked for at once, ahead of the threads that decrypt them.
/// At most readers + 2 × threads blocks of 4 MiB are in memory.
/// </summary>
internal sealed class ReadAheadSegmentFeed : SegmentFeed
{
    private const int SegmentsPerBlock = 4;

    // Enough requests on the way to fill a link whose round trip is tens of milliseconds.
    private const int MinReaders = 4;

    private readonly IBlobSource source;
    private readonly Channel<(long Block, byte[] Buffer)> ready;
    private readonly CancellationTokenSource stopReaders;
    private readonly Task readers;
    private long nextBlock = -1;

    public ReadAheadSegmentFeed(IBlobSource source, long streamOffset, long plaintextSize, int threads, CancellationToken cancellationToken)
        : base(streamOffset, plaintextSize)
    {
        this.source = source;
        ready = Channel.CreateBounded<(long, byte[])>(threads);
        stopReaders = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        readers = ReadAllAsync((int)Math.Min(Math.Max(MinReaders, threads), Blocks));
    }

    // A block has few chunks; those that lie across two blocks are read back, and hashed as many at once as a window holds.
    public override int WindowSegments => (int)Math.Min(LeafHasher.FewChunksAtOnce + 1, Segments);

    protected override long Blocks => (Segments + SegmentsPerBlock - 1) / SegmentsPerBlock;

    public override void Drain(SegmentAction action, CancellationToken stop)
    {
        while (Take(stop) is var (block, buffer))
        {
            try
            {
                var (start, _) = PlaceOfBlock(block);
                for (var segment = FirstSegment(block); segment < EndSegment(block); segment++)
                {
                    var (offset, length) = Place(segment);
                    action(segment, buffer.AsSpan((int)(offset - start), length));
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await stopReaders.CancelAsync().ConfigureAwait(false);
        await readers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopReaders.Dispose();
    }

    protected override long FirstSegment(long block) => block * SegmentsPerBlock;

    private (long Block, byte[] Buffer)? Take(CancellationToken stop)
    {
        try
        {
            // The thread is this feed's own, so waiting on it starves nobody.
            return ready.Reader.ReadAsync(stop).AsTask().GetAwaiter().GetResult();
        }
        catch (ChannelClosedException closed)
        {
            return closed.InnerException is { } failure ? throw failure : null;
        }
    }

    private async Task ReadAllAsync(int count)
    {
        try
        {
            await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(ReadBlocksAsync))).ConfigureAwait(false);
            ready.Writer.TryComplete();
        }
        catch (Exception failure)
        {
            // Handed to the threads that wait for blocks: they fail with it.
            ready.Writer.TryComplete(failure);
        }
    }

    private async Task ReadBlocksAsync()
    {
        try
        {
            for (var block = Interlocked.Increment(ref nextBlock); block < Blocks; block = Interlocked.Increment(ref nextBlock))
            {
                var (offset, length) = PlaceOfBlock(block);
                var buffer = ArrayPool<byte>.Shared.Rent(length);
                await source.ReadAsync(offset, buffer.AsMemory(0, length), stopReaders.Token).ConfigureAwait(false);
                await ready.Writer.WriteAsync((block, buffer), stopReaders.Token).ConfigureAwait(false);
            }
        }
        catch
        {
            // One reader's failure ends the others, so that it is reported at once.
            await stopReaders.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }
}
