using TrustedServe.Kubernetes.Cluster.Applying;

namespace TrustedServe.Kubernetes.Cluster.Looking;

/// <summary>A deployment as it is in the cluster at one moment.</summary>
/// <param name="Deployment">Its name.</param>
/// <param name="Namespace">Where its inventory lies.</param>
/// <param name="State">What the last apply or destroy left.</param>
/// <param name="StateSince">When that was written.</param>
/// <param name="HeldUntil">Until when somebody who changes it has it; null when nobody does.</param>
/// <param name="Objects">Every object of it.</param>
/// <param name="Instances">Its pods.</param>
/// <param name="Scalers">What scales it.</param>
/// <param name="Events">The latest events that are worth reading, the oldest first.</param>
public sealed record DeploymentStatus(
    string Deployment,
    string Namespace,
    InventoryState State,
    DateTimeOffset StateSince,
    DateTimeOffset? HeldUntil,
    IReadOnlyList<ObjectStatus> Objects,
    IReadOnlyList<InstanceStatus> Instances,
    IReadOnlyList<ScalerStatus> Scalers,
    IReadOnlyList<EventLine> Events)
{
    /// <summary>Whether every object is there and ready, and every instance is ready and says that its trust is not simulated.</summary>
    public bool IsHealthy => State == InventoryState.Applied && Objects.All(item => item.IsReady) && Instances.All(instance => instance is { Problem: null, IsReady: true, Trust: not null } && !instance.Trust.Contains("insecure", StringComparison.OrdinalIgnoreCase));
}
