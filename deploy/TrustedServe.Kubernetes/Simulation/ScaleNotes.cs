using System.Globalization;
using TrustedServe.Kubernetes.Simulation.Traces;

namespace TrustedServe.Kubernetes.Simulation;

/// <summary>What figures mean for settings.</summary>
internal static class ScaleNotes
{
    /// <summary>Messages a second that one storage queue is built for (messages of 1 KiB).</summary>
    private const int QueuePerSecond = 2_000;

    /// <summary>Messages a second that one storage account is built for.</summary>
    private const int AccountPerSecond = 20_000;

    /// <summary>The sentences.</summary>
    public static IEnumerable<string> On(SimulationResult result, ArrivalTrace trace, ScaleSettings settings, InstanceProfile instance)
    {
        var perInstance = settings.Jobs is null ? instance.PerSecond : 1 / instance.ServiceSeconds;
        var needed = Math.Ceiling(trace.Peak / perInstance);
        if (needed > settings.MaxReplicas)
        {
            yield return Text($"The peak of {trace.Peak:0.#}/s needs {needed} instances; the most is {settings.MaxReplicas}.");
        }

        if (settings.Metric != ScaleMetric.Rate && trace.Peak > QueuePerSecond)
        {
            yield return Text($"If this is a storage queue: one is built for {QueuePerSecond} messages/s, an account for {AccountPerSecond}. The peak of {trace.Peak:0.#}/s takes {Math.Ceiling(trace.Peak / QueuePerSecond)} queues and {Math.Ceiling(trace.Peak / AccountPerSecond)} accounts, or more rows in a message.");
        }

        if (settings.Jobs is null && (settings.IdleReplicas ?? settings.MinReplicas) == 0)
        {
            yield return Text($"At nothing, a request waits for up to {settings.PollingSeconds} s until KEDA looks and {instance.ColdStartSeconds:0.#} s until an instance is ready.");
        }

        if (settings.Jobs is null && settings.Metric is (ScaleMetric.Queue or ScaleMetric.Visible) && settings.Target > instance.InHand)
        {
            yield return Text($"The target of {settings.Target:0.##} is more than a full instance has in hand ({instance.InHand:0.##}): once nothing waits, busy instances look idle and are taken away, and the backlog comes back.");
        }

        var most = instance.PerSecond / (1 + settings.Tolerance);
        if (settings.Jobs is null && settings.Metric == ScaleMetric.Rate && settings.Target > most)
        {
            yield return Text($"The target of {settings.Target:0.##}/s is within the tolerance of what an instance can do ({instance.PerSecond:0.##}/s): the backlog can grow and nothing changes. At most {Math.Floor(most * 100) / 100:0.##}.");
        }

        if (settings.Jobs is not null && settings.Target > 1)
        {
            yield return Text($"The target is {settings.Target:0.##} messages a job, and a job takes one: the rest waits for a later look.");
        }

        if (result.IdleStarts > 0)
        {
            yield return Text($"{result.IdleStarts} of {result.ColdStarts} jobs found no message.");
        }

        if (result.Unserved >= 1)
        {
            yield return Text($"{result.Unserved:0} requests still waited at the end.");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
