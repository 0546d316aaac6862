namespace TrustedServe.Kubernetes.Simulation.Scaling;

/// <summary>How much may change within a time.</summary>
/// <param name="Type">What <paramref name="Value"/> counts.</param>
/// <param name="Value">The most that may change, at least 1.</param>
/// <param name="PeriodSeconds">Within this many seconds, 1 to 1,800.</param>
public sealed record ScalingPolicy(ScalingPolicyType Type, int Value, int PeriodSeconds)
{
    /// <summary>Longest period that Kubernetes accepts.</summary>
    public const int MaxPeriodSeconds = 1_800;

    /// <summary>The replicas that this policy lets grow to.</summary>
    public int Most(int atPeriodStart) => Type == ScalingPolicyType.Pods
        ? Bounded(atPeriodStart + (double)Value)
        : Bounded(Math.Ceiling(atPeriodStart * (1 + (Value / 100.0))));

    /// <summary>The replicas that this policy lets shrink to.</summary>
    public int Least(int atPeriodStart) => Type == ScalingPolicyType.Pods
        ? Bounded(atPeriodStart - (double)Value)
        : Bounded(Math.Truncate(atPeriodStart * (1 - (Value / 100.0))));

    private static int Bounded(double replicas) => (int)Math.Clamp(replicas, int.MinValue, int.MaxValue);
}
