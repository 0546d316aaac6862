using TrustedServe.Packaging.Threads;

namespace TrustedServe.Packaging.Tests;

public sealed class DedicatedThreadsTests
{
    [Fact]
    public async Task A_thread_that_cannot_be_had_stops_the_others_and_is_told_when_they_have_ended()
    {
        var (started, ended) = (0, 0);
        await Assert.ThrowsAsync<OutOfMemoryException>(() => DedicatedThreads.RunAsync(
            4,
            "test",
            (_, stop) =>
            {
                if (SpinWait.SpinUntil(() => stop.IsCancellationRequested, TimeSpan.FromSeconds(30)))
                {
                    Interlocked.Increment(ref ended);
                }
            },
            CancellationToken.None,
            thread =>
            {
                if (++started == 3)
                {
                    throw new OutOfMemoryException("No more threads.");
                }

                thread.Start();
            }));
        Assert.Equal((3, 2), (started, ended));
    }

    [Fact]
    public async Task The_first_failure_stops_the_others_and_is_thrown()
    {
        var ended = 0;
        await Assert.ThrowsAsync<InvalidDataException>(() => DedicatedThreads.RunAsync(
            3,
            "test",
            (number, stop) =>
            {
                if (number == 1)
                {
                    throw new InvalidDataException();
                }

                if (SpinWait.SpinUntil(() => stop.IsCancellationRequested, TimeSpan.FromSeconds(30)))
                {
                    Interlocked.Increment(ref ended);
                }
            },
            CancellationToken.None));
        Assert.Equal(2, ended);
    }
}
