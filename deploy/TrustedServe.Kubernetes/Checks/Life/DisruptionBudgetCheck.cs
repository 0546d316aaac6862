using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Life;

/// <summary>Whether nodes can be drained without ending every instance, and can be drained at all.</summary>
internal static class DisruptionBudgetCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope)
    {
        foreach (var workload in scope.Workloads.Where(workload => workload.Kind is "Deployment" or "StatefulSet"))
        {
            if (scope.OfKind("PodDisruptionBudget", workload.Namespace).All(budget => !Labels.Selects(budget["spec"]["selector"], workload.Labels)))
            {
                yield return workload.Root["kind"].Found(CheckCodes.NoDisruptionBudget, "no PodDisruptionBudget of this namespace selects the pod's labels");
            }
        }

        foreach (var spec in scope.OfKind("PodDisruptionBudget").Select(budget => budget["spec"]))
        {
            if (spec["maxUnavailable"].Text is "0" or "0%")
            {
                yield return spec["maxUnavailable"].Found(CheckCodes.BudgetBlocksDrain, "maxUnavailable is 0");
            }

            if (spec["minAvailable"].Text == "100%")
            {
                yield return spec["minAvailable"].Found(CheckCodes.BudgetBlocksDrain, "minAvailable is 100%");
            }
        }
    }
}
