using TrustedServe.Kubernetes.Cluster.Objects;

namespace TrustedServe.Kubernetes.Cluster.Applying;

/// <summary>Something that happened on the way.</summary>
/// <param name="Object">What it is about; null for the whole.</param>
/// <param name="Text">What happened; safe to print.</param>
public sealed record ApplyProgress(ObjectReference? Object, string Text);
