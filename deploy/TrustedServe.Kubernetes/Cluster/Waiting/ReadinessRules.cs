using System.Globalization;
using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Objects;

namespace TrustedServe.Kubernetes.Cluster.Waiting;

/// <summary>When an object of each kind is ready.</summary>
internal static class ReadinessRules
{
    private static readonly string[] WithReadyCondition = ["ScaledObject", "ScaledJob", "InterceptorRoute", "HTTPScaledObject"];

    /// <summary>Whether objects of this kind become ready after they were applied; others are ready at once.</summary>
    public static bool Applies(ObjectReference reference) => reference switch
    {
        { Group: "apps", Kind: "Deployment" } => true,
        { Group: "keda.sh" or "http.keda.sh" } => WithReadyCondition.Contains(reference.Kind),
        _ => false,
    };

    /// <summary>How far a live object is.</summary>
    public static Readiness Judge(ObjectReference reference, JsonObject live) =>
        Field.Text(live, "metadata", "deletionTimestamp") is not null ? new Readiness(ReadinessPhase.Failed, "somebody deletes it")
        : reference.Kind == "Deployment" ? Deployment(live)
        : Ready(live);

    private static Readiness Deployment(JsonObject live)
    {
        if ((Field.Number(live, "status", "observedGeneration") ?? 0) < (Field.Number(live, "metadata", "generation") ?? 0))
        {
            return new Readiness(ReadinessPhase.Pending, "not seen by its controller yet");
        }

        var wanted = Field.Number(live, "spec", "replicas") ?? 1;
        var all = Field.Number(live, "status", "replicas") ?? 0;
        var updated = Field.Number(live, "status", "updatedReplicas") ?? 0;
        var available = Field.Number(live, "status", "availableReplicas") ?? 0;
        var progress = Field.Objects(live, "status", "conditions").FirstOrDefault(item => Field.Text(item, "type") == "Progressing");
        if (Field.Text(progress, "reason") == "ProgressDeadlineExceeded")
        {
            return new Readiness(ReadinessPhase.Failed, $"its pods did not become ready in time: {Field.Condition(live, "Progressing").Explanation}");
        }

        // Scaled to zero is a state of rest, not a failure.
        var text = string.Create(CultureInfo.InvariantCulture, $"{updated} of {wanted} updated, {available} available{(all > updated ? $", {all - updated} old ones left" : "")}");
        return new Readiness(updated >= wanted && all <= updated && available >= updated ? ReadinessPhase.Ready : ReadinessPhase.Pending, text);
    }

    // A controller says False while what it needs is on its way, so False is waited out, with its reason told.
    private static Readiness Ready(JsonObject live)
    {
        var (status, explanation) = Field.Condition(live, "Ready");
        return status switch
        {
            "True" => new Readiness(ReadinessPhase.Ready, explanation.Length > 0 ? explanation : "ready"),
            null => new Readiness(ReadinessPhase.Pending, "not seen by its controller yet"),
            _ => new Readiness(ReadinessPhase.Pending, explanation.Length > 0 ? explanation : "not ready"),
        };
    }
}
