using TrustedServe.Kubernetes.Cluster.Objects;

namespace TrustedServe.Kubernetes.Cluster.Looking;

/// <summary>One object of a deployment.</summary>
/// <param name="Object">The object.</param>
/// <param name="IsReady">Whether it is there and ready.</param>
/// <param name="Text">How it is.</param>
public sealed record ObjectStatus(ObjectReference Object, bool IsReady, string Text);
