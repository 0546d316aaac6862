using TrustedServe.Kubernetes.Cluster.Objects;

namespace TrustedServe.Kubernetes.Cluster.Applying;

/// <summary>One object of a deployment.</summary>
/// <param name="Object">The object.</param>
/// <param name="IsShared">Whether it was there before us and others may need it: it is never deleted.</param>
public sealed record InventoryEntry(ObjectReference Object, bool IsShared = false);
