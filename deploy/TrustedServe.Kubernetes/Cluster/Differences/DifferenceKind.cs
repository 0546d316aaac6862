namespace TrustedServe.Kubernetes.Cluster.Differences;

/// <summary>What an apply would do with an object.</summary>
public enum DifferenceKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Create it.</summary>
    Create,

    /// <summary>Change it.</summary>
    Change,

    /// <summary>Delete it, since it is rendered no more.</summary>
    Prune,

    /// <summary>Be refused.</summary>
    Refuse,
}
