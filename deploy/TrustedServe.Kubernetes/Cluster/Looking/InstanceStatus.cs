namespace TrustedServe.Kubernetes.Cluster.Looking;

/// <summary>One pod. What it says of its trust is what it says: proof is attestation's, not the API server's.</summary>
/// <param name="Pod">Its name.</param>
/// <param name="Phase">Its phase.</param>
/// <param name="IsReady">Whether the cluster sends it requests.</param>
/// <param name="Node">The node; null while it has none.</param>
/// <param name="Since">When it was made.</param>
/// <param name="Restarts">Restarts of its containers.</param>
/// <param name="Trust">The kind of trust that its health listener tells; null when it cannot be asked.</param>
/// <param name="Models">Models that it serves; null when it cannot be asked.</param>
/// <param name="ModelsReady">Models that answer; null when it cannot be asked.</param>
/// <param name="Problem">What holds it, or why it cannot be asked.</param>
public sealed record InstanceStatus(string Pod, string Phase, bool IsReady, string? Node, DateTimeOffset? Since, long Restarts, string? Trust, long? Models, long? ModelsReady, string? Problem);
