using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Manifests;

/// <summary>One Kubernetes object, as it is rendered, checked and applied.</summary>
/// <param name="ApiVersion">Group and version, for example <c>apps/v1</c>.</param>
/// <param name="Kind">Kind, for example <c>Deployment</c>.</param>
/// <param name="Namespace">Namespace; null for an object that has none.</param>
/// <param name="Name">Name.</param>
/// <param name="Content">The whole object, the four above included.</param>
public sealed record Manifest(string ApiVersion, string Kind, string? Namespace, string Name, JsonObject Content)
{
    /// <summary>Kind, namespace and name, as people write them.</summary>
    public override string ToString() => Namespace is null ? $"{Kind}/{Name}" : $"{Kind}/{Namespace}/{Name}";
}
