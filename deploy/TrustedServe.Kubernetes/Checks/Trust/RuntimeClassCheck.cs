using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Trust;

/// <summary>Whether pods run in a trust domain.</summary>
internal static class RuntimeClassCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope)
    {
        foreach (var workload in scope.Workloads)
        {
            var name = workload.Spec["runtimeClassName"];
            switch (RuntimeFlavor.Of(workload, scope))
            {
                case RuntimeKind.None:
                    yield return name.Found(CheckCodes.NoRuntimeClass, "runtimeClassName is not set");
                    break;
                case RuntimeKind.Other:
                    yield return name.Found(CheckCodes.NotConfidential, $"runtimeClassName '{name.Text}'");
                    break;
                case RuntimeKind.Simulated:
                    yield return name.Found(CheckCodes.SimulatedTrust, $"runtimeClassName '{name.Text}' is for development: its evidence is simulated");
                    break;
            }
        }
    }
}
