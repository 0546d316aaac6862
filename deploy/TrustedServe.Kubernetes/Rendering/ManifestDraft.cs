using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Manifests;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>A manifest while it is being built.</summary>
internal sealed class ManifestDraft
{
    private readonly List<ManifestComment> comments = [];
    private readonly JsonObject content;
    private readonly string? space;
    private readonly string name;

    /// <summary>Begins an object.</summary>
    /// <param name="apiVersion">Group and version.</param>
    /// <param name="kind">Kind.</param>
    /// <param name="space">Namespace; null for none.</param>
    /// <param name="name">Name.</param>
    /// <param name="labels">Labels.</param>
    public ManifestDraft(string apiVersion, string kind, string? space, string name, JsonObject labels)
    {
        (this.space, this.name) = (space, name);
        var metadata = new JsonObject { ["name"] = name };
        if (space is not null)
        {
            metadata["namespace"] = space;
        }

        metadata["labels"] = labels;
        content = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind, ["metadata"] = metadata };
    }

    /// <summary>A member of the whole.</summary>
    public JsonNode this[string member]
    {
        set => content[member] = value;
    }

    /// <summary>Explains a value.</summary>
    public void Comment(string path, string text) => comments.Add(new ManifestComment(path, text));

    /// <summary>Explains several.</summary>
    public void Comment(string prefix, IEnumerable<ManifestComment> more) => comments.AddRange(more.Select(comment => comment with { Path = prefix + comment.Path }));

    /// <summary>Ends.</summary>
    public AnnotatedManifest Build() =>
        new(new Manifest((string)content["apiVersion"]!, (string)content["kind"]!, space, name, content), comments);
}
