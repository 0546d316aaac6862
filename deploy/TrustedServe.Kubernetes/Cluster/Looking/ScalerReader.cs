using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Objects;

namespace TrustedServe.Kubernetes.Cluster.Looking;

/// <summary>Reads what KEDA and the autoscaler that it made say of a scaler.</summary>
internal sealed class ScalerReader(ClusterClient client)
{
    /// <summary>The state of a live ScaledObject or ScaledJob.</summary>
    public async Task<ScalerStatus> ReadAsync(JsonObject scaler, CancellationToken cancellationToken)
    {
        var name = Field.Text(scaler, "metadata", "name") ?? "";
        var inside = Field.Text(scaler, "metadata", "namespace");
        var isObject = Field.Text(scaler, "kind") == "ScaledObject";
        var autoscaler = isObject
            ? await client.TryGetAsync(new ObjectReference("autoscaling/v2", "HorizontalPodAutoscaler", inside, Field.Text(scaler, "status", "hpaName") ?? $"keda-hpa-{name}"), cancellationToken)
            : null;
        var target = isObject && Field.Text(scaler, "spec", "scaleTargetRef", "name") is { } targetName
            ? await client.TryGetAsync(new ObjectReference(Field.Text(scaler, "spec", "scaleTargetRef", "apiVersion") ?? "apps/v1", Field.Text(scaler, "spec", "scaleTargetRef", "kind") ?? "Deployment", inside, targetName), cancellationToken)
            : null;
        return new ScalerStatus(
            Printable.Line(name, 253),
            target is null ? Field.Number(autoscaler, "status", "currentReplicas") : Field.Number(target, "status", "replicas") ?? 0,
            Field.Number(target, "spec", "replicas") is 0 ? 0 : Field.Number(autoscaler, "status", "desiredReplicas"),
            Field.Number(scaler, "spec", "minReplicaCount") ?? 0,
            Field.Number(scaler, "spec", "maxReplicaCount") ?? 100, // KEDA's own default
            Is(scaler, "Ready"),
            Is(scaler, "Active"),
            Is(scaler, "Fallback"),
            Is(scaler, "Paused"),
            Field.Text(scaler, "status", "lastActiveTime") is { } last ? Printable.Line(last, 40) : null,
            [.. Triggers(scaler, autoscaler)],
            Decision(scaler, autoscaler));
    }

    private static bool Is(JsonObject live, string condition) => Field.Condition(live, condition).Status == "True";

    // KEDA names a trigger's metric s<index>-<type>-…, in the order of the triggers.
    private static IEnumerable<TriggerStatus> Triggers(JsonObject scaler, JsonObject? autoscaler)
    {
        var names = Field.Texts(scaler, "status", "externalMetricNames").Concat(Field.Texts(scaler, "status", "resourceMetricNames")).ToList();
        foreach (var (trigger, index) in Field.Objects(scaler, "spec", "triggers").Select((trigger, index) => (trigger, index)))
        {
            var type = Printable.Line(Field.Text(trigger, "type"), 40);
            var metric = names.FirstOrDefault(name => name.StartsWith($"s{index}-", StringComparison.Ordinal));
            var activity = metric is null ? null : Field.At(scaler, "status", "triggersActivity", metric, "isActive");
            yield return new TriggerStatus(
                Printable.Line(Field.Text(trigger, "name") ?? metric ?? type, 120),
                type,
                activity is null ? null : Field.IsTrue(activity),
                Metric(autoscaler, "status", "currentMetrics", metric, "current"),
                Metric(autoscaler, "spec", "metrics", metric, "target"),
                metric is null ? 0 : Field.Number(scaler, "status", "health", metric, "numberOfFailures") ?? 0);
        }
    }

    private static string? Metric(JsonObject? autoscaler, string part, string list, string? metric, string value)
    {
        var found = Field.Objects(autoscaler, part, list).Select(item => Field.At(item, "external")).FirstOrDefault(item => metric is not null && Field.Text(item, "metric", "name") == metric);
        return Field.Text(found, value, "averageValue") is { } average ? $"{Printable.Line(average, 30)} per instance"
            : Field.Text(found, value, "value") is { } whole ? Printable.Line(whole, 30)
            : null;
    }

    private static string Decision(JsonObject scaler, JsonObject? autoscaler)
    {
        var reasons = new List<string>();
        if (Field.Condition(scaler, "Ready") is { Status: not "True", Explanation: { Length: > 0 } broken })
        {
            reasons.Add(broken);
        }

        foreach (var condition in (string[])["AbleToScale", "ScalingActive", "ScalingLimited"])
        {
            if (Field.Condition(autoscaler, condition) is { Explanation: { Length: > 0 } text } state && (condition != "ScalingLimited" || state.Status == "True"))
            {
                reasons.Add(text);
            }
        }

        return Printable.Line(reasons.Count > 0 ? string.Join("; ", reasons) : Field.Condition(scaler, "Active").Explanation, 600);
    }
}
