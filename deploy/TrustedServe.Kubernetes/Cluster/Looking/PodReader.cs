using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Objects;

namespace TrustedServe.Kubernetes.Cluster.Looking;

/// <summary>Finds the pods of a workload and reads what holds them.</summary>
internal static class PodReader
{
    /// <summary>The pods of a live Deployment or ScaledJob.</summary>
    public static async Task<IReadOnlyList<JsonObject>> ListAsync(ClusterClient client, JsonObject workload, CancellationToken cancellationToken)
    {
        if (Selector(workload) is not { } selector)
        {
            return [];
        }

        var type = await client.Discovery.FindAsync("v1", "Pod", cancellationToken);
        return await client.ListAsync(type, Field.Text(workload, "metadata", "namespace"), $"&labelSelector={Uri.EscapeDataString(selector)}", cancellationToken);
    }

    /// <summary>What holds a pod; null when nothing does.</summary>
    public static string? Trouble(JsonObject pod)
    {
        foreach (var container in Field.Objects(pod, "status", "initContainerStatuses").Concat(Field.Objects(pod, "status", "containerStatuses")))
        {
            var name = Printable.Line(Field.Text(container, "name"), 63);
            var ended = Field.At(container, "lastState", "terminated") ?? Field.At(container, "state", "terminated");
            var last = Field.Number(ended, "exitCode") is { } code and not 0 ? $", last exit code {code} {Field.Text(ended, "reason")}" : "";
            if (Field.At(container, "state", "waiting") is { } waiting && Field.Text(waiting, "reason") is { } reason and not ("ContainerCreating" or "PodInitializing"))
            {
                return Printable.Line($"container {name} waits: {reason} {Field.Text(waiting, "message")}{last}");
            }

            if (last.Length > 0 && !Field.IsTrue(container, "ready"))
            {
                return Printable.Line($"container {name} failed{last}");
            }
        }

        var (scheduled, explanation) = Field.Condition(pod, "PodScheduled");
        return scheduled == "False" ? $"not scheduled: {explanation}" : null;
    }

    private static string? Selector(JsonObject workload) => Field.Text(workload, "kind") == "ScaledJob"
        ? $"scaledjob.keda.sh/name={Field.Text(workload, "metadata", "name")}"
        : Field.At(workload, "spec", "selector", "matchLabels") is JsonObject { Count: > 0 } labels
            ? string.Join(',', labels.Select(label => $"{label.Key}={Field.Text(label.Value)}"))
            : null;
}
