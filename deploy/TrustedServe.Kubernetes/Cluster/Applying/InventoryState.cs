namespace TrustedServe.Kubernetes.Cluster.Applying;

/// <summary>Where a deployment stands.</summary>
public enum InventoryState
{
    /// <summary>Everything is as it was last applied.</summary>
    Applied,

    /// <summary>An apply is at work, or was cut off.</summary>
    Applying,

    /// <summary>The last apply failed, and what was before is back.</summary>
    RolledBack,

    /// <summary>The last apply failed and left things half done.</summary>
    Failed,

    /// <summary>A destroy is at work, or was cut off, or left something.</summary>
    Destroying,
}
