using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Scaling;

/// <summary>A ScaledObject or ScaledJob of KEDA.</summary>
/// <param name="Root">The object.</param>
/// <param name="Target">What it scales, when that is among the objects; of a ScaledJob itself.</param>
internal sealed record Scaler(ManifestNode Root, Workload? Target)
{
    /// <summary>Its spec.</summary>
    public ManifestNode Spec => Root["spec"];

    /// <summary>Whether it starts a job for each piece of work.</summary>
    public bool IsJob => Root.Document.Manifest.Kind == "ScaledJob";

    /// <summary>Its triggers.</summary>
    public IEnumerable<ManifestNode> Triggers => Spec["triggers"].Items;

    /// <summary>Whether it works through a queue.</summary>
    public bool HasQueue => Triggers.Any(trigger => trigger["type"].Text == "azure-queue");

    /// <summary>The fewest replicas.</summary>
    public double Fewest => Math.Min(Spec["minReplicaCount"].Number ?? 0, Spec["idleReplicaCount"].Number ?? double.MaxValue);

    /// <summary>The least seconds between the last work and the end of the last instance.</summary>
    public double Cooldown => Spec["cooldownPeriod"].Number ?? 300;

    /// <summary>Every one.</summary>
    public static List<Scaler> All(CheckScope scope)
    {
        var byName = scope.Workloads.ToLookup(workload => (workload.Kind, workload.Root.Document.Manifest.Name, workload.Namespace));
        return [.. scope.OfKind("ScaledObject").Concat(scope.OfKind("ScaledJob")).Select(root =>
        {
            var manifest = root.Document.Manifest;
            var (kind, name) = manifest.Kind == "ScaledJob" ? (manifest.Kind, manifest.Name) : Scaled(root);
            return new Scaler(root, byName[(kind ?? "", name ?? "", manifest.Namespace ?? "")].FirstOrDefault());
        })];
    }

    /// <summary>Kind and name of what an object of autoscaling scales; a ScaledJob scales nothing but itself.</summary>
    public static (string? Kind, string? Name) Scaled(ManifestNode root)
    {
        var target = root["spec"]["scaleTargetRef"];
        return target.IsObject ? (target["kind"].Text ?? "Deployment", target["name"].Text) : (null, null);
    }
}
