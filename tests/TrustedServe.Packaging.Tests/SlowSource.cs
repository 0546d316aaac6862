using TrustedServe.Packaging.Stores;

namespace TrustedServe.Packaging.Tests;

/// <summary>A source in memory that answers a little later, as a network does, and counts how many reads it holds at once.</summary>
internal sealed class SlowSource(byte[] content) : IBlobSource
{
    private int now;
    private int most;

    public int MostAtOnce => most;

    public string Location => "memory";

    public long Length => content.Length;

    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = Interlocked.Increment(ref now);
        for (var seen = most; count > seen; seen = most)
        {
            Interlocked.CompareExchange(ref most, count, seen);
        }

        await Task.Delay(5, cancellationToken);
        content.AsMemory((int)offset, buffer.Length).CopyTo(buffer);
        Interlocked.Decrement(ref now);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
