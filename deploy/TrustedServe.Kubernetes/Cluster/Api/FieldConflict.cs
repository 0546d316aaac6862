namespace TrustedServe.Kubernetes.Cluster.Api;

/// <summary>Fields that another manager owns.</summary>
/// <param name="Manager">The other manager.</param>
/// <param name="Fields">Its fields that would change.</param>
public sealed record FieldConflict(string Manager, IReadOnlyList<string> Fields)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Manager} manages {string.Join(", ", Fields)}";
}
