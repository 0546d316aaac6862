namespace TrustedServe.Kubernetes.Checks.Live;

/// <summary>A question to the cluster has no answer, so that nothing is known.</summary>
internal sealed class NotSeenException(string reason) : Exception(reason);
