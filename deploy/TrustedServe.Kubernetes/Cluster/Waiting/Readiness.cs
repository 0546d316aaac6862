namespace TrustedServe.Kubernetes.Cluster.Waiting;

/// <summary>How far an object is.</summary>
/// <param name="Phase">Whether it is ready, on its way, or lost.</param>
/// <param name="Text">What there is to say of it.</param>
internal sealed record Readiness(ReadinessPhase Phase, string Text);
