namespace TrustedServe.Kubernetes.Simulation.Scaling;

/// <summary>One direction of an autoscaler's <c>behavior</c>.</summary>
public sealed record ScalingRules
{
    /// <summary>Longest stabilisation window that Kubernetes accepts.</summary>
    public const int MaxWindowSeconds = 3_600;

    private const int MaxPolicies = 16;

    /// <summary>What Kubernetes does upwards by itself: no window; in 15 s twice as many or four more, whichever is more.</summary>
    public static ScalingRules Up { get; } = new()
    {
        StabilizationWindowSeconds = 0,
        Policies = [new(ScalingPolicyType.Percent, 100, 15), new(ScalingPolicyType.Pods, 4, 15)],
    };

    /// <summary>What Kubernetes does downwards by itself: the highest wish of 300 s, then all at once.</summary>
    public static ScalingRules Down { get; } = new()
    {
        StabilizationWindowSeconds = 300,
        Policies = [new(ScalingPolicyType.Percent, 100, 15)],
    };

    /// <summary>Seconds over which wishes are remembered; 0 to 3,600.</summary>
    public required int StabilizationWindowSeconds { get; init; }

    /// <summary>Which policy counts; default: the one that lets most change.</summary>
    public PolicySelect Select { get; init; } = PolicySelect.Max;

    /// <summary>The policies, at least one.</summary>
    public required IReadOnlyList<ScalingPolicy> Policies { get; init; }

    /// <summary>The longest period of a policy.</summary>
    public int LongestPeriodSeconds => Policies.Max(policy => policy.PeriodSeconds);

    /// <summary>What is wrong with them, each problem in a sentence.</summary>
    /// <param name="name">What they are called in the sentences.</param>
    public IEnumerable<string> Problems(string name)
    {
        if (StabilizationWindowSeconds is < 0 or > MaxWindowSeconds)
        {
            yield return $"{name}: the stabilisation window is {StabilizationWindowSeconds} s; it can be 0 to {MaxWindowSeconds}.";
        }

        if (Policies.Count is 0 or > MaxPolicies)
        {
            yield return $"{name}: there are {Policies.Count} policies; there can be 1 to {MaxPolicies}.";
        }

        foreach (var policy in Policies.Where(policy => policy.Value < 1 || policy.PeriodSeconds is < 1 or > ScalingPolicy.MaxPeriodSeconds))
        {
            yield return $"{name}: a policy of {policy.Value} in {policy.PeriodSeconds} s; the value is at least 1, the period 1 to {ScalingPolicy.MaxPeriodSeconds} s.";
        }
    }
}
