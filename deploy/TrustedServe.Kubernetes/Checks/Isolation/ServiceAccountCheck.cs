using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Isolation;

/// <summary>Whether a service account's token gets into the pod.</summary>
internal static class ServiceAccountCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) => scope.Workloads.SelectMany(workload => Of(workload, scope));

    private static IEnumerable<Finding> Of(Workload workload, CheckScope scope)
    {
        var own = workload.Spec["automountServiceAccountToken"];
        var account = scope.Find("ServiceAccount", workload.Namespace, workload.Spec["serviceAccountName"].Text ?? "default");
        if ((own.Flag ?? account?["automountServiceAccountToken"].Flag) != false)
        {
            yield return own.Found(CheckCodes.ServiceAccountToken, own.Exists ? $"automountServiceAccountToken is {own.Text}" : "automountServiceAccountToken is not false");
        }

        foreach (var token in workload.Spec["volumes"].Items.SelectMany(volume => volume["projected"]["sources"].Items).Select(source => source["serviceAccountToken"]).Where(token => token.Exists))
        {
            yield return token.Found(CheckCodes.ServiceAccountToken, "a projected token");
        }
    }
}
