using System.Globalization;
using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Life;

/// <summary>Whether a pod gets the time that it takes to drain.</summary>
internal static class GraceCheck
{
    private const string DrainKey = "Drain:GraceSeconds";
    private const double DefaultDrain = 30;

    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope)
    {
        foreach (var workload in scope.Workloads.Where(workload => Settings.AreOurs(workload, scope)))
        {
            // preStop runs before the signal, within the same grace.
            var hook = workload.Containers.Max(container => container.Node["lifecycle"]["preStop"]["sleep"]["seconds"].Number ?? 0);
            var drain = double.TryParse(Settings.Effective(workload, scope, DrainKey), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? seconds : DefaultDrain;
            if (workload.Grace < hook + drain)
            {
                yield return workload.Spec["terminationGracePeriodSeconds"].Found(
                    CheckCodes.GraceShorterThanDrain,
                    FormattableString.Invariant($"terminationGracePeriodSeconds {workload.Grace}, {DrainKey} {drain}{(hook > 0 ? $", preStop {hook}" : "")}"));
            }
        }
    }
}
