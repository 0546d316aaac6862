using TrustedServe.Kubernetes.Manifests;

namespace TrustedServe.Kubernetes.Checks.Objects;

/// <summary>Something that makes pods, or one pod.</summary>
internal sealed class Workload
{
    /// <summary>Where the pod stands in the kinds that have one.</summary>
    private static readonly ManifestPath[] Templates = [ManifestPath.Root, ManifestPath.Parse("template"), ManifestPath.Parse("spec.template"), ManifestPath.Parse("spec.jobTemplate.spec.template"), ManifestPath.Parse("spec.jobTargetRef.template")];

    private Workload(ManifestNode root, ManifestNode pod)
    {
        (Root, Pod) = (root, pod);
        Labels = pod["metadata"]["labels"].Texts();
        Containers = [.. Spec["initContainers"].Items.Select(item => new Container(item, IsInit: true)), .. Spec["containers"].Items.Select(item => new Container(item, IsInit: false))];
    }

    /// <summary>The whole object.</summary>
    public ManifestNode Root { get; }

    /// <summary>The pod: metadata and spec.</summary>
    public ManifestNode Pod { get; }

    /// <summary>The pod's spec.</summary>
    public ManifestNode Spec => Pod["spec"];

    /// <summary>The pod's annotations.</summary>
    public ManifestNode Annotations => Pod["metadata"]["annotations"];

    /// <summary>The pod's labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; }

    /// <summary>Init containers and containers.</summary>
    public IReadOnlyList<Container> Containers { get; }

    /// <summary>Kind of the object.</summary>
    public string Kind => Root.Document.Manifest.Kind;

    /// <summary>Namespace of the object; the one that is taken when none is stated is not known here, so it has the name of nothing.</summary>
    public string Namespace => Root.Document.Manifest.Namespace ?? "";

    /// <summary>Whether its pods end by themselves.</summary>
    public bool IsJob => Kind is "Job" or "CronJob" or "ScaledJob";

    /// <summary>Seconds that a pod gets to end.</summary>
    public double Grace => Spec["terminationGracePeriodSeconds"].Number ?? 30;

    /// <summary>The workload that an object is; null when it makes no pods.</summary>
    public static Workload? Of(ManifestDocument document)
    {
        var root = ManifestNode.Of(document);
        foreach (var path in Templates)
        {
            var pod = path.Steps.Aggregate(root, (node, step) => node[step.Name!]);
            if (pod["spec"]["containers"].IsList)
            {
                return new Workload(root, pod);
            }
        }

        return null;
    }

    /// <summary>The volume of this name; null when there is none.</summary>
    public ManifestNode? Volume(string? name)
    {
        foreach (var volume in Spec["volumes"].Items)
        {
            if (volume["name"].Text == name)
            {
                return volume;
            }
        }

        return null;
    }
}
