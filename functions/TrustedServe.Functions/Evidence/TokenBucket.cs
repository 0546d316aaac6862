namespace TrustedServe.Functions.Evidence;

/// <summary>Lets so many calls through a second on average, and a few more after a pause.</summary>
/// <param name="perSecond">How many a second.</param>
/// <param name="burst">How many at once after a pause.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBucket(double perSecond, int burst, TimeProvider time)
{
    private readonly Lock gate = new();
    private double tokens = burst;
    private long filled = time.GetTimestamp();

    /// <summary>Takes one.</summary>
    /// <param name="retryAfterSeconds">After how many whole seconds there will be one, when there is none now.</param>
    public bool TryTake(out int retryAfterSeconds)
    {
        lock (gate)
        {
            var now = time.GetTimestamp();
            tokens = Math.Min(burst, tokens + (time.GetElapsedTime(filled, now).TotalSeconds * perSecond));
            filled = now;
            var taken = tokens >= 1;
            tokens -= taken ? 1 : 0;
            retryAfterSeconds = taken ? 0 : (int)Math.Ceiling((1 - tokens) / perSecond);
            return taken;
        }
    }
}
