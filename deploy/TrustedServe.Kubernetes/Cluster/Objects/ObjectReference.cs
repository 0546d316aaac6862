using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using TrustedServe.Kubernetes.Manifests;

namespace TrustedServe.Kubernetes.Cluster.Objects;

/// <summary>Which object is meant.</summary>
/// <param name="ApiVersion">Group and version.</param>
/// <param name="Kind">Kind.</param>
/// <param name="Namespace">Namespace; null for an object that has none.</param>
/// <param name="Name">Name.</param>
public sealed record ObjectReference(string ApiVersion, string Kind, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Namespace, string Name)
{
    /// <summary>The group; empty for the core's.</summary>
    [JsonIgnore]
    public string Group => ApiVersion.Contains('/', StringComparison.Ordinal) ? ApiVersion[..ApiVersion.IndexOf('/', StringComparison.Ordinal)] : "";

    /// <summary>What stays the same when a manifest moves on to another version of its group.</summary>
    [JsonIgnore]
    public string Identity => $"{Group}/{Kind}/{Namespace}/{Name}";

    /// <summary>The reference of a manifest.</summary>
    public static ObjectReference Of(Manifest manifest) => new(manifest.ApiVersion, manifest.Kind, manifest.Namespace, manifest.Name);

    /// <summary>An object that says only which one it is.</summary>
    public JsonObject ToEmptyObject()
    {
        var metadata = new JsonObject { ["name"] = Name };
        if (Namespace is not null)
        {
            metadata["namespace"] = Namespace;
        }

        return new JsonObject { ["apiVersion"] = ApiVersion, ["kind"] = Kind, ["metadata"] = metadata };
    }

    /// <inheritdoc/>
    public override string ToString() => Namespace is null ? $"{Kind}/{Name}" : $"{Kind}/{Namespace}/{Name}";
}
