using TrustedServe.Cli.Bench.Histograms;

namespace TrustedServe.Cli.Bench.Load;

/// <summary>What one thread of the generator saw.</summary>
internal sealed class LoadTally(TimeSpan duration)
{
    // Outcomes come from a closed list but for status and code, which a hostile server chooses.
    private const int MaxOutcomes = 64;
    private readonly Dictionary<string, long> errors = new(StringComparer.Ordinal);

    /// <summary>Times of good answers.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Good answers over time.</summary>
    public ThroughputSeries Series { get; } = new(duration);

    /// <summary>Other answers by status and code, and none.</summary>
    public IReadOnlyDictionary<string, long> Errors => errors;

    /// <summary>Rows of good answers.</summary>
    public long Rows { get; private set; }

    /// <summary>Tokens of good answers.</summary>
    public long Tokens { get; private set; }

    /// <summary>Good answers per second, over the time from the first request to the last answer.</summary>
    public double PerSecond { get; set; }

    /// <summary>Counts an answer.</summary>
    public void Record(string outcome, PreparedRequest request, TimeSpan took, TimeSpan sinceBegin)
    {
        if (outcome != LoadConnection.Fine)
        {
            Count(outcome, 1);
            return;
        }

        Latency.Record((long)took.TotalMicroseconds);
        Series.Record(sinceBegin);
        Rows += request.Rows;
        Tokens += request.Tokens;
    }

    /// <summary>Counts what is no good answer.</summary>
    public void Count(string outcome, long times)
    {
        var key = errors.ContainsKey(outcome) || errors.Count < MaxOutcomes ? outcome : "others";
        errors[key] = errors.GetValueOrDefault(key) + times;
    }

    /// <summary>Adds all of another.</summary>
    public void Add(LoadTally other)
    {
        Latency.Add(other.Latency);
        Series.Add(other.Series);
        Rows += other.Rows;
        Tokens += other.Tokens;
        PerSecond += other.PerSecond;
        foreach (var (outcome, times) in other.errors)
        {
            Count(outcome, times);
        }
    }
}
