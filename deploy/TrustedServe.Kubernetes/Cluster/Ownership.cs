using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Objects;
using TrustedServe.Kubernetes.Manifests;

namespace TrustedServe.Kubernetes.Cluster;

/// <summary>How an object says whose it is. The labels decide what may be deleted; the inventory only lists.</summary>
public static class Ownership
{
    /// <summary>The field manager of server-side apply.</summary>
    public const string FieldManager = "trustedserve";

    /// <summary>Who manages an object.</summary>
    public const string ManagedByLabel = "app.kubernetes.io/managed-by";

    /// <summary>The value of <see cref="ManagedByLabel"/>.</summary>
    public const string ManagedBy = "trustedserve";

    /// <summary>Which deployment an object belongs to.</summary>
    public const string DeploymentLabel = "trustedserve.dev/deployment";

    /// <summary>The label by which rendered manifests name their deployment.</summary>
    public const string InstanceLabel = "app.kubernetes.io/instance";

    /// <summary>The deployment that every one of the manifests names; null when they do not agree.</summary>
    public static string? InstanceOf(IEnumerable<Manifest> manifests)
    {
        var names = manifests.Select(manifest => Field.Text(manifest.Content, "metadata", "labels", InstanceLabel)).Distinct().Take(2).ToList();
        return names.Count == 1 ? names[0] : null;
    }

    /// <summary>What selects everything of a deployment.</summary>
    public static string Selector(string deployment) => $"{ManagedByLabel}={ManagedBy},{DeploymentLabel}={deployment}";

    /// <summary>Whether a live object is this deployment's.</summary>
    public static bool IsOurs(JsonObject live, string deployment) =>
        Field.Text(live, "metadata", "labels", ManagedByLabel) == ManagedBy && Field.Text(live, "metadata", "labels", DeploymentLabel) == deployment;

    /// <summary>Writes the labels into an object that is to be applied.</summary>
    internal static void Stamp(JsonObject content, string deployment)
    {
        var labels = Field.Child(Field.Child(content, "metadata"), "labels");
        labels[ManagedByLabel] = ManagedBy;
        labels[DeploymentLabel] = deployment;
    }
}
