using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Scaling;

/// <summary>Whether forms are used that KEDA has left behind.</summary>
internal static class LegacyCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) => scope.OfKind("HTTPScaledObject")
        .Select(old => old["kind"].Found(CheckCodes.LegacyScaling, "HTTPScaledObject"))
        .Concat(scope.OfKind("TriggerAuthentication").Concat(scope.OfKind("ClusterTriggerAuthentication"))
            .Select(authentication => authentication["spec"]["podIdentity"]["provider"])
            .Where(provider => provider.Text == "azure")
            .Select(provider => provider.Found(CheckCodes.LegacyScaling, "podIdentity azure, which was removed")));
}
