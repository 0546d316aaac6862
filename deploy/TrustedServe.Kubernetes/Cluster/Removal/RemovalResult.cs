namespace TrustedServe.Kubernetes.Cluster.Removal;

/// <summary>What became of an object that was to be removed.</summary>
/// <param name="Kind">What became of it.</param>
/// <param name="Detail">Why it is still there.</param>
internal sealed record RemovalResult(RemovalKind Kind, string? Detail = null)
{
    /// <summary>It is gone.</summary>
    public static readonly RemovalResult Gone = new(RemovalKind.Gone);

    /// <summary>It was left on purpose.</summary>
    public static RemovalResult Kept(string why) => new(RemovalKind.Kept, why);

    /// <summary>It is still there against our will.</summary>
    public static RemovalResult Stuck(string why) => new(RemovalKind.Stuck, why);
}
