using TrustedServe.Cli.Bench.Histograms;

namespace TrustedServe.Cli.Bench.Load;

/// <summary>What a run gave.</summary>
internal sealed record LoadResult
{
    /// <summary>The plan.</summary>
    public required LoadPlan Plan { get; init; }

    /// <summary>Times of good answers; in an open loop from the moment that each request was to arrive, however late it was sent.</summary>
    public required LatencyHistogram Latency { get; init; }

    /// <summary>Good answers over time.</summary>
    public required ThroughputSeries Series { get; init; }

    /// <summary>Other answers by status and code.</summary>
    public required IReadOnlyDictionary<string, long> Errors { get; init; }

    /// <summary>Good answers per second.</summary>
    public required double RequestsPerSecond { get; init; }

    /// <summary>Rows of good answers per second.</summary>
    public required double RowsPerSecond { get; init; }

    /// <summary>Tokens of good answers per second; 0 when the tokens are not known.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>Cores that the generator itself took.</summary>
    public required double GeneratorCores { get; init; }

    /// <summary>All that is no good answer.</summary>
    public long Failed => Errors.Values.Sum();
}
