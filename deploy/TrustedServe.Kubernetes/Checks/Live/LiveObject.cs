using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Checks.Objects;
using TrustedServe.Kubernetes.Manifests;

namespace TrustedServe.Kubernetes.Checks.Live;

/// <summary>Reads an object of a cluster as those of manifests are read.</summary>
internal static class LiveObject
{
    /// <summary>The object's root.</summary>
    public static ManifestNode Of(JsonObject content)
    {
        var metadata = content["metadata"] as JsonObject;
        return ManifestNode.Of(ManifestDocument.Of(new Manifest(Text(content, "apiVersion") ?? "", Text(content, "kind") ?? "", Text(metadata, "namespace"), Text(metadata, "name") ?? "", content)));
    }

    private static string? Text(JsonObject? parent, string name) => parent?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
