namespace TrustedServe.Kubernetes.Checks;

/// <summary>What a caller knows beyond the manifests.</summary>
public sealed record CheckOptions
{
    /// <summary>How long the longest job may take. <value>Default null: not known.</value></summary>
    public TimeSpan? LongestJob { get; init; }
}
