using TrustedServe.Kubernetes.Manifests;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>Everything that was rendered of one description. The same description gives the same bytes.</summary>
public sealed record RenderedDeployment
{
    /// <summary>The objects, in the order in which they are to be applied.</summary>
    public required IReadOnlyList<AnnotatedManifest> Objects { get; init; }

    /// <summary>What belongs to the machines and the cluster, for their administrator: RuntimeClass and the kubelet's part.</summary>
    public required IReadOnlyList<RenderedFile> NodeSide { get; init; }

    /// <summary>What belongs to the broker: the initdata document, MRCONFIGID, the rule, the settings resource.</summary>
    public required IReadOnlyList<RenderedFile> BrokerSide { get; init; }

    /// <summary>MRCONFIGID of every guest that is started with this rendering, 96 hex digits.</summary>
    public required string MrConfigId { get; init; }

    /// <summary>The guest's size.</summary>
    public required GuestSize Guest { get; init; }

    /// <summary>What its memory goes to.</summary>
    public required MemoryBudget Memory { get; init; }

    /// <summary>Who runs on which cores, for people.</summary>
    public required string Cores { get; init; }

    /// <summary>The objects without their explanations.</summary>
    public IReadOnlyList<Manifest> Manifests => [.. Objects.Select(one => one.Manifest)];

    /// <summary>The objects as one YAML text.</summary>
    public string ManifestsYaml() => ManifestWriter.Write(Objects);

    /// <summary>Every file.</summary>
    public IReadOnlyList<RenderedFile> Files() => [new RenderedFile("manifests.yaml", ManifestsYaml()), .. NodeSide, .. BrokerSide];
}
