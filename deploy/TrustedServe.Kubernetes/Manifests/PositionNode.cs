namespace TrustedServe.Kubernetes.Manifests;

/// <summary>The places of a value and its parts: a tree beside the value's own, since a null has no node to hang a place on.</summary>
internal sealed class PositionNode(int line, int column)
{
    /// <summary>Line, from 1.</summary>
    public int Line => line;

    /// <summary>Column, from 1.</summary>
    public int Column => column;

    /// <summary>Places of members, for an object.</summary>
    public Dictionary<string, PositionNode>? Members { get; init; }

    /// <summary>Places of items, for a list.</summary>
    public List<PositionNode>? Items { get; init; }

    /// <summary>The same parts under the place of the name that they stand behind.</summary>
    public PositionNode Named(int nameLine, int nameColumn) => new(nameLine, nameColumn) { Members = Members, Items = Items };

    /// <summary>The place of a part; null when there is none.</summary>
    public PositionNode? Child(ManifestStep step) => step.Name is { } name
        ? Members?.GetValueOrDefault(name)
        : step.Index < Items?.Count ? Items[step.Index] : null;
}
