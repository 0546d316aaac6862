using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.Reports;

/// <summary>Where and how patiently quotes are asked for.</summary>
public sealed record ConfigfsTsmOptions
{
    /// <summary>The kernel's report folder; default <c>/sys/kernel/config/tsm/report</c>.</summary>
    public string Root { get; init; } = "/sys/kernel/config/tsm/report";

    /// <summary>Longest time for one quote, all attempts included; default 60 s, 1 s to 10 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often an attempt is made while others disturb it; default 16, 1 to 100.</summary>
    public int Attempts { get; init; } = 16;

    /// <summary>Wait after the first disturbed attempt; default 50 ms, 1 ms to 2 s. It doubles up to 2 s.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest wait between two attempts.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    /// <summary>Refuses values outside their ranges, all at once.</summary>
    /// <exception cref="TsfException">TSF0002.</exception>
    internal void Validate()
    {
        List<string> problems = [];
        if (!Path.IsPathFullyQualified(Root))
        {
            problems.Add($"Root is '{Root}'; an absolute path is needed.");
        }

        if (Timeout < TimeSpan.FromSeconds(1) || Timeout > TimeSpan.FromMinutes(10))
        {
            problems.Add($"Timeout is {Timeout}; 1 s to 10 min are allowed.");
        }

        if (Attempts is < 1 or > 100)
        {
            problems.Add($"Attempts is {Attempts}; 1 to 100 are allowed.");
        }

        if (FirstWait < TimeSpan.FromMilliseconds(1) || FirstWait > LongestWait)
        {
            problems.Add($"FirstWait is {FirstWait}; 1 ms to 2 s are allowed.");
        }

        if (problems.Count > 0)
        {
            throw TsfErrors.InvalidSettings.With(string.Join(' ', problems));
        }
    }
}
