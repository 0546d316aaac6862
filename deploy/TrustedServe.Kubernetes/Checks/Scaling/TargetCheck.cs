using System.Globalization;
using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Guest;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Scaling;

/// <summary>Whether targets ask for another instance before the first one refuses work.</summary>
internal static class TargetCheck
{
    private const double DefaultQueueCapacity = 256;

    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope)
    {
        var routed = Scaler.All(scope)
            .SelectMany(scaler => scaler.Triggers, (scaler, trigger) => (scaler.Target, Route: trigger["metadata"]["interceptorRoute"].Text))
            .ToLookup(pair => pair.Route, pair => pair.Target);
        foreach (var route in scope.OfKind("InterceptorRoute"))
        {
            var target = route["spec"]["scalingMetric"]["concurrency"]["targetValue"];
            if (routed[route.Document.Manifest.Name].FirstOrDefault() is { } workload && Settings.AreOurs(workload, scope) && target.Number > Capacity(workload, scope))
            {
                yield return target.Found(CheckCodes.TargetAboveCapacity, FormattableString.Invariant($"{target.Text} requests at once; {workload.Root.Document.Manifest} takes {Capacity(workload, scope)} (Worker:QueueCapacity and one a CPU)"));
            }
        }
    }

    /// <summary>What an instance takes before it answers 503: what may wait, and what runs, at most one request a core.</summary>
    private static double Capacity(Workload workload, CheckScope scope) =>
        (double.TryParse(Settings.Effective(workload, scope, "Worker:QueueCapacity"), CultureInfo.InvariantCulture, out var waiting) ? waiting : DefaultQueueCapacity)
        + (double)Math.Floor(GuestSize.Limits(workload, "cpu"));
}
