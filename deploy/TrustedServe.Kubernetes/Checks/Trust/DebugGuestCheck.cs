using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Trust;

/// <summary>Whether the guest's kernel is told to open a console.</summary>
internal static class DebugGuestCheck
{
    private static readonly string[] Openings = ["agent.debug_console", "agent.devmode", "agent.log=debug", "agent.log=trace", "systemd.debug-shell", "init=/bin/sh", "init=/bin/bash"];

    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) =>
        from workload in scope.Confidential
        let parameters = workload.Annotations["io.katacontainers.config.hypervisor.kernel_params"]
        from opening in Openings
        where parameters.Text?.Contains(opening, StringComparison.Ordinal) == true
        select parameters.Found(CheckCodes.DebugGuest, $"kernel_params has '{opening}'");
}
