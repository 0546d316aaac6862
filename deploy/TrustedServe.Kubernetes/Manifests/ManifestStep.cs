namespace TrustedServe.Kubernetes.Manifests;

/// <summary>One step of a path: a member's name, or an item's index.</summary>
/// <param name="Name">The member's name; null for an item.</param>
/// <param name="Index">The item's index; 0 for a member.</param>
public readonly record struct ManifestStep(string? Name, int Index);
