namespace TrustedServe.Kubernetes.Tests.Cluster.Double;

/// <summary>One kind that the double serves.</summary>
internal sealed record KindEntry(string Group, string Version, string Kind, string Plural, bool IsNamespaced)
{
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Kinds of a custom resource definition have no list keys but those of metadata.</summary>
    public bool IsCustom => Group is "keda.sh" or "http.keda.sh" or "example.invalid";

    /// <summary>What every kind of a cluster with KEDA and its HTTP add-on is, as far as tests need it.</summary>
    public static readonly IReadOnlyList<KindEntry> All =
    [
        new("", "v1", "Namespace", "namespaces", false),
        new("", "v1", "Node", "nodes", false),
        new("", "v1", "Pod", "pods", true),
        new("", "v1", "Event", "events", true),
        new("", "v1", "Service", "services", true),
        new("", "v1", "Secret", "secrets", true),
        new("", "v1", "ConfigMap", "configmaps", true),
        new("", "v1", "ServiceAccount", "serviceaccounts", true),
        new("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", true),
        new("apps", "v1", "Deployment", "deployments", true),
        new("apps", "v1", "ReplicaSet", "replicasets", true),
        new("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", true),
        new("batch", "v1", "Job", "jobs", true),
        new("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", true),
        new("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", false),
        new("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", true),
        new("keda.sh", "v1alpha1", "ScaledObject", "scaledobjects", true),
        new("keda.sh", "v1alpha1", "ScaledJob", "scaledjobs", true),
        new("keda.sh", "v1alpha1", "TriggerAuthentication", "triggerauthentications", true),
        new("http.keda.sh", "v1beta1", "InterceptorRoute", "interceptorroutes", true),

        // A plural that no rule of English finds: whoever guesses it is found out.
        new("example.invalid", "v1", "Ox", "oxen", true),
    ];
}
