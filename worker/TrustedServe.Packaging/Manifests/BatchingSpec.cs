namespace TrustedServe.Packaging.Manifests;

/// <summary>How rows of requests are brought together in runs of the graph. What is null is the worker's to decide.</summary>
public sealed record BatchingSpec
{
    /// <summary>Most rows in one run, 1 to 4096.</summary>
    public int? MaxRows { get; init; }

    /// <summary>Most tokens in one run, padding included, 1 to 1048576; a single row may have more.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>How long a run with room left may wait for more rows while a core is idle, in milliseconds, 0 to 1000; default 0.</summary>
    public int DelayMilliseconds { get; init; }

    /// <summary>
    /// Whether rows of different requests may share a run. By default they may; where the graph quantizes as it computes, so that
    /// rows of a run touch each other's answers, only those of one caller known by an API key may.
    /// </summary>
    public bool? Merge { get; init; }
}
