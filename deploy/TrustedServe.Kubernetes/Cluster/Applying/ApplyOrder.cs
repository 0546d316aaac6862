using TrustedServe.Kubernetes.Cluster.Objects;

namespace TrustedServe.Kubernetes.Cluster.Applying;

/// <summary>The order in which objects need each other. A policy comes before the pods that it guards, a scaler after what it scales.</summary>
internal static class ApplyOrder
{
    private static readonly string[] Kinds =
    [
        "CustomResourceDefinition", "Namespace", "RuntimeClass", "PriorityClass", "StorageClass", "ResourceQuota", "LimitRange",
        "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "ConfigMap", "Secret", "PersistentVolumeClaim",
        "NetworkPolicy", "PeerAuthentication", "Service", "PodDisruptionBudget",
    ];

    private static readonly string[] Workloads = ["Pod", "DaemonSet", "StatefulSet", "Deployment", "Job", "CronJob"];

    private static readonly string[] Scaling = ["ClusterTriggerAuthentication", "TriggerAuthentication", "ScaledJob", "ScaledObject", "HTTPScaledObject", "InterceptorRoute", "HorizontalPodAutoscaler", "Ingress", "HTTPRoute"];

    /// <summary>Sorted for applying; the other way round for deleting. Objects of one kind keep no order but that of their names.</summary>
    public static IReadOnlyList<T> Sort<T>(IEnumerable<T> items, Func<T, ObjectReference> reference) =>
        [.. items.OrderBy(item => Rank(reference(item).Kind)).ThenBy(item => reference(item).Identity, StringComparer.Ordinal)];

    // Kinds that nobody here knows come after what they may need and before the pods that may need them.
    private static int Rank(string kind) =>
        Array.IndexOf(Kinds, kind) is >= 0 and var first ? first
        : Array.IndexOf(Workloads, kind) is >= 0 and var second ? Kinds.Length + 1 + second
        : Array.IndexOf(Scaling, kind) is >= 0 and var third ? Kinds.Length + 1 + Workloads.Length + third
        : Kinds.Length;
}
