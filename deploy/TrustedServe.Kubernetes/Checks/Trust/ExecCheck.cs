using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Trust;

/// <summary>Whether something needs to run commands in a trust domain, which a policy that keeps the host out refuses.</summary>
internal static class ExecCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) =>
        from workload in scope.Confidential
        from container in workload.Containers
        let lifecycle = container.Node["lifecycle"]
        from hook in new[] { container.Node["readinessProbe"], container.Node["livenessProbe"], container.Node["startupProbe"], lifecycle["preStop"], lifecycle["postStart"] }
        where hook["exec"].Exists
        select hook["exec"].Found(CheckCodes.ExecUnderPolicy, $"container '{container.Name}': {hook.Path.Steps[^1].Name} runs {string.Join(' ', hook["exec"]["command"].Items.Select(word => word.Text))}");
}
