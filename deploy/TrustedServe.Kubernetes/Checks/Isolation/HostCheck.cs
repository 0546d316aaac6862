using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Isolation;

/// <summary>Whether a pod reaches into its host: namespaces, paths, ports.</summary>
internal static class HostCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) => scope.Workloads.SelectMany(Of);

    private static IEnumerable<Finding> Of(Workload workload)
    {
        foreach (var name in (string[])["hostNetwork", "hostPID", "hostIPC"])
        {
            if (workload.Spec[name].Flag == true)
            {
                yield return workload.Spec[name].Found(CheckCodes.HostNamespace, $"{name} is true");
            }
        }

        foreach (var volume in workload.Spec["volumes"].Items.Where(volume => volume["hostPath"].Exists))
        {
            yield return volume["hostPath"].Found(CheckCodes.HostPath, $"volume '{volume["name"].Text}' is {volume["hostPath"]["path"].Text}");
        }

        // With the host's network every port is one of its own, and that has been said.
        if (workload.Spec["hostNetwork"].Flag != true)
        {
            foreach (var port in workload.Containers.SelectMany(container => container.Node["ports"].Items).Select(port => port["hostPort"]).Where(port => port.Exists))
            {
                yield return port.Found(CheckCodes.HostPort, $"host port {port.Text}");
            }
        }
    }
}
