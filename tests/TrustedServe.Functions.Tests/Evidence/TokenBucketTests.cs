using Microsoft.Extensions.Time.Testing;
using TrustedServe.Functions.Evidence;

namespace TrustedServe.Functions.Tests.Evidence;

public sealed class TokenBucketTests
{
    [Fact]
    public void Gives_a_burst_then_one_a_second_and_never_more_than_the_burst_at_once()
    {
        var time = new FakeTimeProvider();
        var bucket = new TokenBucket(1, 5, time);
        Assert.Equal(5, Taken(bucket, out var seconds));
        Assert.Equal(1, seconds);
        time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(0, Taken(bucket, out _));
        time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(1, Taken(bucket, out _));
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(5, Taken(bucket, out _));
    }

    private static int Taken(TokenBucket bucket, out int retryAfterSeconds)
    {
        var taken = 0;
        while (bucket.TryTake(out retryAfterSeconds))
        {
            taken++;
        }

        return taken;
    }
}
