using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Cluster.Differences;

/// <summary>One field that differs.</summary>
/// <param name="Path">Where, for example <c>spec.template.spec.containers[name=worker].image</c>.</param>
/// <param name="Before">The value before; null when there was none.</param>
/// <param name="After">The value after; null when there is none.</param>
public sealed record FieldChange(string Path, JsonNode? Before, JsonNode? After);
