using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Scaling;

/// <summary>Whether numbers of replicas agree, are bounded, and are decided by one.</summary>
internal static class ReplicaCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) => Scaler.All(scope).SelectMany(Of).Concat(Rivals(scope));

    private static IEnumerable<Finding> Of(Scaler scaler)
    {
        var (least, most, idle) = (scaler.Spec["minReplicaCount"], scaler.Spec["maxReplicaCount"], scaler.Spec["idleReplicaCount"]);
        if (!most.Exists)
        {
            yield return most.Found(CheckCodes.NoReplicaLimit, "no maxReplicaCount");
        }

        if ((least.Number ?? 0) > (most.Number ?? 100))
        {
            yield return least.Found(CheckCodes.ReplicaBounds, $"minReplicaCount {least.Text}, maxReplicaCount {most.Text ?? "100"}");
        }

        if (idle.Number >= (least.Number ?? 0))
        {
            yield return idle.Found(CheckCodes.ReplicaBounds, $"idleReplicaCount {idle.Text}, minReplicaCount {least.Text ?? "0"}");
        }

        if (!scaler.IsJob && scaler.Target?.Root["spec"]["replicas"] is { Exists: true } replicas)
        {
            yield return replicas.Found(CheckCodes.ReplicasFixed, $"replicas {replicas.Text}");
        }
    }

    private static IEnumerable<Finding> Rivals(CheckScope scope) => scope.OfKind("ScaledObject")
        .Concat(scope.OfKind("HorizontalPodAutoscaler"))
        .Concat(scope.OfKind("HTTPScaledObject"))
        .GroupBy(root => (Scaler.Scaled(root), root.Document.Manifest.Namespace))
        .SelectMany(rivals => rivals.Skip(1).Select(rival => rival["spec"]["scaleTargetRef"].Found(CheckCodes.TwoScalers, $"{rivals.First().Document.Manifest} scales {rivals.Key.Item1.Name} too")));
}
