namespace TrustedServe.Kubernetes.Manifests;

/// <summary>Where the parts of one object were written.</summary>
public sealed class ManifestPositions
{
    private readonly string source;
    private readonly PositionNode? root;

    internal ManifestPositions(string source, PositionNode? root) => (this.source, this.root) = (source, root);

    /// <summary>Of an object that was not read from a text.</summary>
    public static ManifestPositions None { get; } = new("", null);

    /// <summary>
    /// The place of a part: its name for a member, its start for an item. For a part that is not there the place of the nearest
    /// that is, since a reader has to add it there. Null when the object was not read from a text.
    /// </summary>
    public ManifestPosition? At(ManifestPath path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (root is null)
        {
            return null;
        }

        var node = root;
        foreach (var step in path.Steps)
        {
            if (node.Child(step) is not { } child)
            {
                break;
            }

            node = child;
        }

        return new ManifestPosition(source, node.Line, node.Column);
    }
}
