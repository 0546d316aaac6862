using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Scaling;

/// <summary>Whether a ScaledObject's triggers can start the first instance, see all instances, and fail without harm.</summary>
internal static class TriggerCheck
{
    private static readonly string[] ServedByPods = ["metrics-api", "cpu", "memory"];
    private static readonly string[] NeedNoFallback = ["cpu", "memory", "cron"];

    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) => Scaler.All(scope).Where(scaler => !scaler.IsJob).SelectMany(Of);

    private static IEnumerable<Finding> Of(Scaler scaler)
    {
        var types = scaler.Triggers.Select(trigger => trigger["type"].Text).ToList();
        if (scaler.Fewest == 0 && types.Count > 0 && types.All(type => ServedByPods.Contains(type)))
        {
            yield return scaler.Spec["triggers"].Found(CheckCodes.NoActivator, $"at zero replicas only {string.Join(", ", types.Distinct())}");
        }

        foreach (var metadata in scaler.Triggers.Where(trigger => trigger["type"].Text == "metrics-api").Select(trigger => trigger["metadata"]))
        {
            if (metadata["aggregateFromKubeServiceEndpoints"].Flag != true && (scaler.Spec["maxReplicaCount"].Number ?? 100) > 1)
            {
                yield return metadata.Found(CheckCodes.OnePodMeasured, $"metrics-api asks {metadata["url"].Text ?? "one address"}");
            }
        }

        // Without replicas a metrics-api has no endpoint and fails, so a fallback would keep instances for ever.
        var lacksEndpoint = scaler.Fewest == 0 && types.Contains("metrics-api");
        if (!scaler.Spec["fallback"].IsObject && !lacksEndpoint && types.Any(type => !NeedNoFallback.Contains(type)))
        {
            yield return scaler.Spec["fallback"].Found(CheckCodes.NoFallback, $"triggers {string.Join(", ", types)} and no fallback");
        }
    }
}
