namespace TrustedServe.Kubernetes.Tests.Cluster.Double;

/// <summary>How a rollout goes.</summary>
internal enum Rollout
{
    /// <summary>Every pod becomes available.</summary>
    Done,

    /// <summary>No pod becomes available, and nothing is said about it.</summary>
    Stalled,

    /// <summary>The deployment's controller gives up.</summary>
    Failed,
}
