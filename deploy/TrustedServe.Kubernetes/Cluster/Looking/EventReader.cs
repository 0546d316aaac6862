using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Objects;

namespace TrustedServe.Kubernetes.Cluster.Looking;

/// <summary>Finds the events of a namespace that are worth reading: warnings, and what scaling decided.</summary>
internal sealed class EventReader(ClusterClient client)
{
    private const int Most = 12;

    private static readonly string[] Telling = ["SuccessfulRescale", "ScalingReplicaSet", "KEDAScaleTargetActivated", "KEDAScaleTargetDeactivated", "KEDAJobsCreated", "Killing", "Preempted"];

    /// <summary>The latest ones about objects whose names <paramref name="isOurs"/> accepts.</summary>
    public async Task<IReadOnlyList<EventLine>> ReadAsync(string @namespace, Func<string, bool> isOurs, CancellationToken cancellationToken)
    {
        var type = await client.Discovery.FindAsync("v1", "Event", cancellationToken);
        var events = await client.ListAsync(type, @namespace, "", cancellationToken);
        return [.. events.Where(item => isOurs(Field.Text(item, "involvedObject", "name") ?? "") && (IsWarning(item) || Telling.Contains(Field.Text(item, "reason")))).Select(Line).OrderBy(line => line.Time).TakeLast(Most)];
    }

    private static bool IsWarning(JsonObject item) => Field.Text(item, "type") == "Warning";

    private static EventLine Line(JsonObject item) => new(
        InstanceReader.Time(Field.Text(item, "series", "lastObservedTime") ?? Field.Text(item, "lastTimestamp") ?? Field.Text(item, "eventTime") ?? Field.Text(item, "metadata", "creationTimestamp")) ?? default,
        IsWarning(item),
        Printable.Line($"{Field.Text(item, "involvedObject", "kind")}/{Field.Text(item, "involvedObject", "name")}", 120),
        Printable.Line(Field.Text(item, "reason"), 60),
        Printable.Line(Field.Text(item, "message"), 300),
        Field.Number(item, "series", "count") ?? Field.Number(item, "count") ?? 1);
}
