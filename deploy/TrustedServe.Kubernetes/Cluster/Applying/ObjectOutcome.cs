namespace TrustedServe.Kubernetes.Cluster.Applying;

/// <summary>What became of an object.</summary>
public enum ObjectOutcome
{
    /// <summary>It was not there before.</summary>
    Created,

    /// <summary>It was there and changed.</summary>
    Configured,

    /// <summary>It was there and is as it should be.</summary>
    Unchanged,

    /// <summary>It is rendered no more, and was deleted.</summary>
    Pruned,

    /// <summary>It is rendered no more and was left, for the reason that is told.</summary>
    Kept,

    /// <summary>What was to be done with it failed; the reason is told.</summary>
    Failed,

    /// <summary>Its turn never came.</summary>
    NotReached,

    /// <summary>It was changed and is as it was before.</summary>
    RolledBack,

    /// <summary>It was changed, and what it was before could not be brought back whole.</summary>
    NotRolledBack,
}
