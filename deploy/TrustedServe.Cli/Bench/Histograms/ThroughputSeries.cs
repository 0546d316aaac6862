namespace TrustedServe.Cli.Bench.Histograms;

/// <summary>Answers over time in at most <see cref="MaxSlots"/> equal pieces of the run.</summary>
internal sealed class ThroughputSeries(TimeSpan length)
{
    /// <summary>As many as a plot can show.</summary>
    public const int MaxSlots = 120;

    private readonly long[] counts = new long[Math.Clamp((int)length.TotalSeconds, 10, MaxSlots)];

    /// <summary>How long a piece is.</summary>
    public double SlotSeconds => length.TotalSeconds / counts.Length;

    /// <summary>Answers per second in each piece.</summary>
    public IReadOnlyList<double> PerSecond => [.. counts.Select(count => count / SlotSeconds)];

    /// <summary>Counts an answer; one before the beginning or after the end counts nowhere.</summary>
    public void Record(TimeSpan since)
    {
        var slot = (int)Math.Floor(since / length * counts.Length);
        if (slot >= 0 && slot < counts.Length)
        {
            counts[slot]++;
        }
    }

    /// <summary>Adds all of another of the same length.</summary>
    public void Add(ThroughputSeries other)
    {
        for (var slot = 0; slot < counts.Length; slot++)
        {
            counts[slot] += other.counts[slot];
        }
    }
}
