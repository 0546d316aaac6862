using TrustedServe.Attestation.Tdx.Certificates;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.CollateralSources;

/// <summary>How long collateral is kept.</summary>
public sealed record CollateralCacheOptions
{
    /// <summary>After which part of its remaining time collateral is fetched again; default 0.5, more than 0 and at most 0.95.</summary>
    public double RefreshFraction { get; init; } = 0.5;

    /// <summary>Longest time until collateral is fetched again, so that new advisories count soon; default 1 day, 1 min to 30 days.</summary>
    public TimeSpan LongestRefresh { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Wait after a failed fetch before the next; default 1 min, 1 s to 1 h.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Most kinds of platform that are kept; default 64, 1 to 10,000. The one asked for longest ago gives way.</summary>
    public int Capacity { get; init; } = 64;

    /// <summary>The root that collateral must lead to; default Intel's.</summary>
    public TrustAnchor TrustAnchor { get; init; } = TrustAnchor.IntelSgxRoot;

    /// <exception cref="TsfException">TSF0002 with every problem.</exception>
    internal void Validate()
    {
        List<string> problems = [];
        if (!(RefreshFraction is > 0 and <= 0.95))
        {
            problems.Add($"RefreshFraction is {RefreshFraction}; more than 0 and at most 0.95 are allowed.");
        }

        if (LongestRefresh < TimeSpan.FromMinutes(1) || LongestRefresh > TimeSpan.FromDays(30))
        {
            problems.Add($"LongestRefresh is {LongestRefresh}; 1 min to 30 days are allowed.");
        }

        if (RetryAfter < TimeSpan.FromSeconds(1) || RetryAfter > TimeSpan.FromHours(1))
        {
            problems.Add($"RetryAfter is {RetryAfter}; 1 s to 1 h are allowed.");
        }

        if (Capacity is < 1 or > 10_000)
        {
            problems.Add($"Capacity is {Capacity}; 1 to 10000 are allowed.");
        }

        if (problems.Count > 0)
        {
            throw TsfErrors.InvalidSettings.With(string.Join(' ', problems));
        }
    }
}
