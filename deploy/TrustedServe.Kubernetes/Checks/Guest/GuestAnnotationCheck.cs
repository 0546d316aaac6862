using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;
using TrustedServe.Kubernetes.Checks.Trust;

namespace TrustedServe.Kubernetes.Checks.Guest;

/// <summary>Whether a node takes the annotations of a guest.</summary>
internal static class GuestAnnotationCheck
{
    private const string Prefix = "io.katacontainers.config.hypervisor.";

    /// <summary>The list of the confidential configurations of both runtimes.</summary>
    private static readonly string[] Enabled = ["enable_iommu", "kernel_params", "kernel_verity_params", "default_vcpus", "default_memory", InitData.Name];

    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) => scope.Confidential.SelectMany(Of);

    private static IEnumerable<Finding> Of(Workload workload)
    {
        foreach (var (name, node) in workload.Annotations.Members)
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal))
            {
                continue;
            }

            if (!Enabled.Contains(name[Prefix.Length..]))
            {
                yield return node.Found(CheckCodes.GuestAnnotationNotEnabled, $"'{name}'");
            }

            if ((name == GuestSize.CpuAnnotation && GuestSize.Cpus(node) is null) || (name == GuestSize.MemoryAnnotation && GuestSize.Mebibytes(node) is null))
            {
                yield return node.Found(CheckCodes.GuestAnnotationInvalid, $"'{node.Text}' for {name[Prefix.Length..]}");
            }
        }
    }
}
