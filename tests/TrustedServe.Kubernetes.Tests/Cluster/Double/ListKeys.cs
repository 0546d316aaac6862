namespace TrustedServe.Kubernetes.Tests.Cluster.Double;

/// <summary>What the API's schemas say of lists and maps: which merge item by item, and which are owned as a whole.</summary>
internal static class ListKeys
{
    /// <summary>The keys of an associative list; empty for a set of scalars; null for a list that is owned as a whole.</summary>
    public static string[]? Of(KindEntry kind, IReadOnlyList<string> path)
    {
        var name = path[^1];
        if (path is [_, "f:ownerReferences"] or ["f:metadata", "f:ownerReferences"])
        {
            return ["uid"];
        }

        if (path is ["f:metadata", "f:finalizers"])
        {
            return [];
        }

        if (kind.IsCustom)
        {
            return null;
        }

        return name switch
        {
            "f:containers" or "f:initContainers" or "f:volumes" or "f:env" or "f:imagePullSecrets" or "f:secrets" => ["name"],
            "f:volumeMounts" => ["mountPath"],
            "f:ports" when kind.Kind == "Service" => ["port", "protocol"],
            "f:ports" when kind.Kind != "NetworkPolicy" => ["containerPort", "protocol"],
            "f:topologySpreadConstraints" => ["topologyKey", "whenUnsatisfiable"],
            "f:conditions" => ["type"],
            _ => null,
        };
    }

    /// <summary>Whether a map is owned as a whole.</summary>
    public static bool IsAtomicMap(KindEntry kind, IReadOnlyList<string> path) => !kind.IsCustom && path.Count > 0 && path[^1] switch
    {
        "f:nodeSelector" or "f:labelSelector" or "f:podSelector" or "f:namespaceSelector" or "f:configMapKeyRef" or "f:secretKeyRef" => true,
        "f:selector" => true,
        _ => false,
    };
}
