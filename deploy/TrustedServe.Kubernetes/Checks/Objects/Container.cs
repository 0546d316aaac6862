namespace TrustedServe.Kubernetes.Checks.Objects;

/// <summary>A container of a pod.</summary>
/// <param name="Node">Where it stands.</param>
/// <param name="IsInit">Whether it runs before the others.</param>
internal sealed record Container(ManifestNode Node, bool IsInit)
{
    /// <summary>Its name.</summary>
    public string Name => Node["name"].Text ?? "?";

    /// <summary>Whether it is an init container that goes on beside the others.</summary>
    public bool IsSidecar => IsInit && Node["restartPolicy"].Text == "Always";

    /// <summary>Command and arguments with their nodes.</summary>
    public IEnumerable<ManifestNode> Words => Node["command"].Items.Concat(Node["args"].Items);

    /// <summary>A limit, as the API server sees it.</summary>
    public decimal? Limit(string resource) => Quantity.Of(Node["resources"]["limits"][resource]);
}
