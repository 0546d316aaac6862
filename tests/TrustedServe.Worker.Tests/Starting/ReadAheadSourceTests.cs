using CsCheck;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Errors;
using TrustedServe.Worker.Starting;

namespace TrustedServe.Worker.Tests.Starting;

public sealed class ReadAheadSourceTests
{
    private const int Length = (9 << 20) + 12_345;
    private static readonly byte[] Content = MakeContent();

    [Fact]
    public void Reads_GiveTheBlobsBytes_InWhateverOrderAndHoweverOften() =>
        Gen.Select(Gen.Int[0, Length - 1], Gen.Int[0, 5 << 20]).List[1, 12].Sample(
            reads => CheckAsync(reads).GetAwaiter().GetResult(), iter: 30);

    [Fact]
    public async Task FailureWhileReadingAhead_IsTriedAgainByTheReadThatNeedsTheBytes()
    {
        var inner = new Blob { Failures = 3 };
        await using var source = new ReadAheadSource(inner, new StartPortion());
        source.Begin();
        while (inner.Failures > 0)
        {
            await Task.Delay(1);
        }

        await source.StopAsync();
        var buffer = new byte[Length];
        await source.ReadAsync(0, buffer, CancellationToken.None);
        Assert.Equal(Content, buffer);
    }

    [Fact]
    public async Task FailureOfARead_IsTheStores()
    {
        var inner = new Blob { Failures = int.MaxValue };
        await using var source = new ReadAheadSource(inner, new StartPortion());
        source.Begin();
        var failure = await Assert.ThrowsAsync<TsfException>(async () => await source.ReadAsync(0, new byte[10], CancellationToken.None));
        Assert.Equal(TsfErrors.BlobChanged, failure.Error);
    }

    [Fact]
    public async Task WhatWasFetchedAhead_IsNotFetchedAgain_AndCounts()
    {
        var inner = new Blob();
        var fetched = new StartPortion();
        fetched.Expect(Length);
        await using var source = new ReadAheadSource(inner, fetched);
        source.Begin();
        while (fetched.Percent < 100)
        {
            await Task.Delay(1);
        }

        await source.StopAsync(); // a block is counted before it lies ready
        await source.ReadAsync(0, new byte[Length], CancellationToken.None);
        Assert.Equal(Length, inner.BytesRead);
    }

    private static async Task CheckAsync(List<(int Offset, int Count)> reads)
    {
        await using var source = new ReadAheadSource(new Blob(), new StartPortion());
        source.Begin();
        foreach (var (offset, count) in reads)
        {
            var buffer = new byte[Math.Min(count, Length - offset)];
            await source.ReadAsync(offset, buffer, CancellationToken.None);
            Assert.True(buffer.AsSpan().SequenceEqual(Content.AsSpan(offset, buffer.Length)));
        }
    }

    private static byte[] MakeContent()
    {
        var content = new byte[Length];
        new Random(3).NextBytes(content);
        return content;
    }

    private sealed class Blob : IBlobSource
    {
        private long bytesRead;
        private int failures;

        /// <summary>How many of the next reads fail.</summary>
        public int Failures
        {
            get => Volatile.Read(ref failures);
            init => failures = value;
        }

        public long BytesRead => Interlocked.Read(ref bytesRead);

        public string Location => "blob";

        long IBlobSource.Length => Content.Length;

        public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
        {
            await Task.Yield();
            if (Interlocked.Decrement(ref failures) >= 0)
            {
                throw TsfErrors.BlobChanged.With("A test.");
            }

            Content.AsSpan((int)offset, buffer.Length).CopyTo(buffer.Span);
            Interlocked.Add(ref bytesRead, buffer.Length);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
