namespace TrustedServe.Kubernetes.Cluster.Destroying;

/// <summary>What is destroyed.</summary>
public sealed record DestroyOptions
{
    /// <summary>Name of the deployment.</summary>
    public required string Deployment { get; init; }

    /// <summary>Namespace of its inventory.</summary>
    public required string Namespace { get; init; }

    /// <summary>The time for everything; default 10 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);
}
