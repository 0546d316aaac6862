using TrustedServe.Kubernetes.Manifests;

namespace TrustedServe.Kubernetes.Checks.Objects;

/// <summary>Everything that is checked together.</summary>
internal sealed class CheckScope
{
    private readonly ILookup<string, ManifestNode> byKind;
    private readonly ILookup<(string Kind, string Space), ManifestNode> bySpace;
    private readonly Dictionary<(string Kind, string Space, string Name), ManifestNode> byName = [];

    public CheckScope(IReadOnlyList<ManifestDocument> documents, CheckOptions options)
    {
        (Documents, Options) = (documents, options);
        byKind = documents.ToLookup(document => document.Manifest.Kind, ManifestNode.Of, StringComparer.Ordinal);
        bySpace = documents.ToLookup(document => (document.Manifest.Kind, document.Manifest.Namespace ?? ""), ManifestNode.Of);
        foreach (var document in documents)
        {
            byName.TryAdd((document.Manifest.Kind, document.Manifest.Namespace ?? "", document.Manifest.Name), ManifestNode.Of(document));
        }

        Workloads = [.. documents.Select(Workload.Of).OfType<Workload>()];
        Confidential = [.. Workloads.Where(workload => RuntimeFlavor.Of(workload, this).IsConfidential())];
    }

    /// <summary>Every object.</summary>
    public IReadOnlyList<ManifestDocument> Documents { get; }

    /// <summary>What the caller knows beyond the manifests.</summary>
    public CheckOptions Options { get; }

    /// <summary>Everything that makes pods.</summary>
    public IReadOnlyList<Workload> Workloads { get; }

    /// <summary>Those of them that run in a trust domain.</summary>
    public IReadOnlyList<Workload> Confidential { get; }

    /// <summary>The objects of a kind.</summary>
    public IEnumerable<ManifestNode> OfKind(string kind) => byKind[kind];

    /// <summary>The objects of a kind in a namespace.</summary>
    public IEnumerable<ManifestNode> OfKind(string kind, string space) => bySpace[(kind, space)];

    /// <summary>The object of this kind, namespace and name; null when it is not among those that are checked.</summary>
    public ManifestNode? Find(string kind, string space, string? name) => name is not null && byName.TryGetValue((kind, space, name), out var node) ? node : null;
}
