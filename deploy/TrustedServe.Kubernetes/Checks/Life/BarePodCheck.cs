using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Life;

/// <summary>Whether somebody starts a pod again.</summary>
internal static class BarePodCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) => scope.Workloads
        .Where(workload => workload.Kind == "Pod" && !workload.Pod["metadata"]["ownerReferences"].Items.Any())
        .Select(workload => workload.Root["kind"].Found(CheckCodes.BarePod, "a Pod without a controller"));
}
