namespace TrustedServe.Worker.Lanes;

/// <summary>How far one run may go. What the defaults rest on stands in SCHEDULING.md.</summary>
internal sealed record BatchLimits
{
    /// <summary>Of all cells that a run computes, at most this many per cent may be padding.</summary>
    public const int MaxPaddingPercent = 10;

    /// <summary>Most rows in one run; default 32.</summary>
    public int Rows { get; init; } = 32;

    /// <summary>Most tokens in one run, padding included; a single row may have more. Default 512.</summary>
    public int Tokens { get; init; } = 512;

    /// <summary>How long a run that has room left may be held back for more rows while a lane is idle; default none.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.Zero;

    /// <summary>Whose requests may share a run; default everybody's.</summary>
    public Merging Merging { get; init; } = Merging.All;

    /// <summary>How long a run of several requests may be expected to take; default 10 ms.</summary>
    public TimeSpan MergedRun { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Whether a run of so many rows, each as long as the longest, stays inside the bounds.</summary>
    /// <param name="rows">Rows of the run.</param>
    /// <param name="width">Tokens of the longest.</param>
    /// <param name="tokens">Tokens of all, without padding.</param>
    public bool Allow(int rows, int width, long tokens)
    {
        var cells = (long)rows * width;
        return rows <= Rows && (rows == 1 || cells <= Tokens) && (cells - tokens) * 100 <= cells * MaxPaddingPercent;
    }
}
