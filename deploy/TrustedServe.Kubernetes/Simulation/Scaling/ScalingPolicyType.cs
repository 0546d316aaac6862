namespace TrustedServe.Kubernetes.Simulation.Scaling;

/// <summary>What a scaling policy counts in.</summary>
public enum ScalingPolicyType
{
    /// <summary>Instances.</summary>
    Pods,

    /// <summary>Hundredths of the instances at the beginning of the period.</summary>
    Percent,
}
