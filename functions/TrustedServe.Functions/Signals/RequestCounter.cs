namespace TrustedServe.Functions.Signals;

/// <summary>The requests of one model version.</summary>
internal sealed class RequestCounter(TimeProvider time)
{
    /// <summary>Bounds of the histogram in seconds: from the smallest model to the default deadline.</summary>
    public static readonly double[] Bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private readonly long[] counts = new long[Bounds.Length + 1];
    private readonly long[] classes = new long[6];
    private long inFlight;
    private long totalMicroseconds;

    /// <summary>Requests between arrival and answer.</summary>
    public long InFlight => Interlocked.Read(ref inFlight);

    /// <summary>Seconds that all of them took together.</summary>
    public double TotalSeconds => Interlocked.Read(ref totalMicroseconds) / 1e6;

    /// <summary>How many took no longer than each bound and longer than the one before; the last those that took longer than all.</summary>
    public long[] Counts => [.. Enumerable.Range(0, counts.Length).Select(index => Interlocked.Read(ref counts[index]))];

    /// <summary>How many were answered with a status of this class, 1 to 5.</summary>
    public long OfClass(int hundreds) => Interlocked.Read(ref classes[hundreds]);

    /// <summary>A request arrived.</summary>
    /// <returns>What <see cref="End"/> needs.</returns>
    public long Begin()
    {
        Interlocked.Increment(ref inFlight);
        return time.GetTimestamp();
    }

    /// <summary>A request ended.</summary>
    public void End(long began, int status)
    {
        Interlocked.Decrement(ref inFlight);
        if (status is StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden)
        {
            return; // Whoever may not ask must not shape the figures of those who may.
        }

        var elapsed = time.GetElapsedTime(began);
        var index = Array.FindIndex(Bounds, bound => elapsed.TotalSeconds <= bound);
        Interlocked.Increment(ref counts[index < 0 ? Bounds.Length : index]);
        Interlocked.Add(ref totalMicroseconds, (long)elapsed.TotalMicroseconds);
        Interlocked.Increment(ref classes[Math.Clamp(status / 100, 0, 5)]);
    }
}
