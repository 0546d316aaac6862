using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Isolation;

/// <summary>What a container may do: privileges, capabilities, user, root file system, seccomp.</summary>
internal static class PrivilegeCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) =>
        scope.Workloads.SelectMany(workload => workload.Containers.SelectMany(container => Of(container, workload.Spec["securityContext"])).Concat(Seccomp(workload)));

    private static IEnumerable<Finding> Of(Container container, ManifestNode pod)
    {
        var own = container.Node["securityContext"];
        var dropsAll = own["capabilities"]["drop"].Items.Any(item => item.Text is "ALL" or "all");
        if (own["privileged"].Flag == true)
        {
            yield return own["privileged"].Found(CheckCodes.Privileged, $"container '{container.Name}'");
        }
        else if (own["allowPrivilegeEscalation"].Flag != false || !dropsAll)
        {
            yield return own.Found(CheckCodes.MayGainPrivileges, $"container '{container.Name}': allowPrivilegeEscalation {own["allowPrivilegeEscalation"].Text ?? "is not set"}, capabilities.drop {(dropsAll ? "is ALL" : "is not ALL")}");
        }

        if (own["capabilities"]["add"].Items.Any())
        {
            yield return own["capabilities"]["add"].Found(CheckCodes.AddedCapability, $"container '{container.Name}' adds {string.Join(", ", own["capabilities"]["add"].Items.Select(item => item.Text))}");
        }

        var user = own["runAsUser"].Exists ? own["runAsUser"] : pod["runAsUser"];
        var nonRoot = own["runAsNonRoot"].Exists ? own["runAsNonRoot"] : pod["runAsNonRoot"];
        if (user.Number == 0)
        {
            yield return user.Found(CheckCodes.MayRunAsRoot, $"container '{container.Name}' has runAsUser 0");
        }
        else if (nonRoot.Flag != true)
        {
            yield return own.Found(CheckCodes.MayRunAsRoot, $"container '{container.Name}' has no runAsNonRoot: true");
        }

        if (own["readOnlyRootFilesystem"].Flag != true)
        {
            yield return own.Found(CheckCodes.WritableRoot, $"container '{container.Name}' has no readOnlyRootFilesystem: true");
        }
    }

    private static IEnumerable<Finding> Seccomp(Workload workload)
    {
        var pod = workload.Spec["securityContext"]["seccompProfile"]["type"];
        foreach (var container in workload.Containers)
        {
            var own = container.Node["securityContext"]["seccompProfile"]["type"];
            var type = own.Exists ? own : pod;
            if (type.Text is not ("RuntimeDefault" or "Localhost"))
            {
                yield return type.Found(CheckCodes.NoSeccomp, $"container '{container.Name}': {type.Text ?? "no profile"}");
            }
        }
    }
}
