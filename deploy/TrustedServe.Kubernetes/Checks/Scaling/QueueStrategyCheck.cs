using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Scaling;

/// <summary>Whether messages that somebody works on are counted as the scaler's arithmetic expects.</summary>
internal static class QueueStrategyCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) =>
        from scaler in Scaler.All(scope)
        from trigger in scaler.Triggers
        where trigger["type"].Text == "azure-queue"
        let length = trigger["metadata"]["queueLengthStrategy"]
        let finding = Of(scaler, length)
        where finding is not null
        select finding;

    private static Finding? Of(Scaler scaler, ManifestNode length)
    {
        var visibleOnly = string.Equals(length.Text, "visibleonly", StringComparison.OrdinalIgnoreCase);
        if (!scaler.IsJob)
        {
            return visibleOnly ? length.Found(CheckCodes.BusyPodsUncounted, "queueLengthStrategy visibleonly with a ScaledObject") : null;
        }

        var strategy = scaler.Spec["scalingStrategy"]["strategy"].Text ?? "default";
        return (strategy == "accurate" && !visibleOnly) || (strategy == "default" && visibleOnly)
            ? length.Found(CheckCodes.JobStrategyPair, $"scalingStrategy {strategy} with queueLengthStrategy {length.Text ?? "all"}")
            : null;
    }
}
