namespace TrustedServe.Kubernetes.Cluster.Waiting;

/// <summary>Whether waiting for an object makes sense.</summary>
internal enum ReadinessPhase
{
    /// <summary>It is as it should be.</summary>
    Ready,

    /// <summary>It is on its way.</summary>
    Pending,

    /// <summary>It will not become ready by itself.</summary>
    Failed,
}
