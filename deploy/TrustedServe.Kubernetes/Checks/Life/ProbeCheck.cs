using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Life;

/// <summary>Whether servers say when they are ready, and are left alone while they start. One pod's port needs one probe: any container's counts.</summary>
internal static class ProbeCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) => scope.Workloads.Where(workload => !workload.IsJob).SelectMany(Of);

    private static IEnumerable<Finding> Of(Workload workload)
    {
        var serving = workload.Containers.Where(container => !container.IsInit || container.IsSidecar).ToList();
        if (serving.All(container => !container.Node["readinessProbe"].IsObject))
        {
            yield return workload.Spec["containers"].Found(CheckCodes.NoReadinessProbe, $"none of {string.Join(", ", serving.Select(container => $"'{container.Name}'"))} has one");
        }

        foreach (var container in serving.Where(container => container.Node["livenessProbe"].IsObject && !container.Node["startupProbe"].IsObject))
        {
            yield return container.Node["livenessProbe"].Found(CheckCodes.NoStartupProbe, $"container '{container.Name}' has a liveness probe and no startup probe");
        }
    }
}
