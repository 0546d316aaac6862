using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Worker.Starting;

/// <summary>
/// A remote blob whose beginning is fetched before anybody may open it: ciphertext alone, which nobody looks at before the
/// key's rules and the segments' tags were checked. What lies ready serves a read without the store; everything else, and
/// what could not be fetched ahead, is read from the store then.
/// </summary>
/// <param name="inner">The blob; it is this object's to dispose.</param>
/// <param name="fetched">Told how many bytes have come from the store so far.</param>
internal sealed class ReadAheadSource(IBlobSource inner, IProgress<long> fetched) : IBlobSource
{
    /// <summary>
    /// The most that is held. It is given back while the plaintext grows, and gone before the session is built: the start's
    /// highest need of memory stays what it is without reading ahead.
    /// </summary>
    public const long MostBytes = 256L << 20;

    private const int BlockSize = 4 << 20;

    // Enough requests on the way to fill a link whose round trip is tens of milliseconds.
    private const int Readers = 4;

    private readonly CancellationTokenSource ending = new();
    private byte[]?[] blocks = [];
    private Task reading = Task.CompletedTask;
    private int next = -1;
    private long bytes;

    /// <inheritdoc/>
    public string Location => inner.Location;

    /// <inheritdoc/>
    public long Length => inner.Length;

    /// <summary>Begins to fetch; once.</summary>
    public void Begin()
    {
        blocks = new byte[]?[(Math.Min(Length, MostBytes) + BlockSize - 1) / BlockSize];
        reading = Task.WhenAll(Enumerable.Range(0, Math.Min(Readers, blocks.Length)).Select(_ => Task.Run(FetchAsync)));
    }

    /// <summary>Begins no more blocks and waits for those on the way: from here on reads come in an order of their own.</summary>
    public Task StopAsync()
    {
        Interlocked.Exchange(ref next, blocks.Length);
        return reading;
    }

    /// <inheritdoc/>
    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (buffer.Length > 0)
        {
            var index = offset / BlockSize;
            if (index >= blocks.Length || Volatile.Read(ref blocks[index]) is not { } block)
            {
                await inner.ReadAsync(offset, buffer, cancellationToken).ConfigureAwait(false);
                Count(buffer.Length);
                return;
            }

            var place = (int)(offset % BlockSize);
            var count = Math.Min(buffer.Length, block.Length - place);
            block.AsSpan(place, count).CopyTo(buffer.Span);
            if (place + count == block.Length)
            {
                // Read to its end: who reads it again asks the store.
                Volatile.Write(ref blocks[index], null);
            }

            offset += count;
            buffer = buffer[count..];
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync().ConfigureAwait(false);
        await StopAsync().ConfigureAwait(false);
        blocks = [];
        await inner.DisposeAsync().ConfigureAwait(false);
        ending.Dispose();
    }

    private async Task FetchAsync()
    {
        for (var index = Interlocked.Increment(ref next); index < blocks.Length; index = Interlocked.Increment(ref next))
        {
            var offset = (long)index * BlockSize;
            var block = GC.AllocateUninitializedArray<byte>((int)Math.Min(BlockSize, Length - offset));
            try
            {
                await inner.ReadAsync(offset, block, ending.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is TsfException or OperationCanceledException)
            {
                // Not fetched ahead. The read that needs these bytes asks again, and reports what the store says then.
                return;
            }

            Count(block.Length);
            Volatile.Write(ref blocks[index], block);
        }
    }

    private void Count(int count) => fetched.Report(Interlocked.Add(ref bytes, count));
}
