using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Live;

/// <summary>What is compared: manifests and a cluster.</summary>
/// <param name="Manifests">The manifests.</param>
/// <param name="Cluster">The cluster.</param>
/// <param name="Classes">The runtime classes that the manifests name, as the cluster has them; null for one that it does not have.</param>
internal sealed record LiveScope(CheckScope Manifests, ClusterReader Cluster, IReadOnlyDictionary<string, LiveRuntimeClass?> Classes)
{
    /// <summary>The namespace that an object goes to.</summary>
    public string NamespaceOf(ManifestNode root) => root.Document.Manifest.Namespace ?? Cluster.DefaultNamespace;

    /// <summary>What cannot be known.</summary>
    public static Finding NotSeen(string what, string reason) => new(CheckCodes.NotSeen, ShownText.Of(what), "", null, ShownText.Of(reason));
}
