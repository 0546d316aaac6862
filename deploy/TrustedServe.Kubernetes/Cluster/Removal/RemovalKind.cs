namespace TrustedServe.Kubernetes.Cluster.Removal;

/// <summary>What can become of an object that was to be removed.</summary>
internal enum RemovalKind
{
    /// <summary>It is gone.</summary>
    Gone,

    /// <summary>It was left on purpose.</summary>
    Kept,

    /// <summary>It is still there against our will.</summary>
    Stuck,
}
