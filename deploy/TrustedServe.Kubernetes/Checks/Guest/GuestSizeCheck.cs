using TrustedServe.Kubernetes.Checks.Codes;
using TrustedServe.Kubernetes.Checks.Findings;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Guest;

/// <summary>Whether limits and annotations make the guest that was meant, by the arithmetic of both runtimes.</summary>
internal static class GuestSizeCheck
{
    /// <summary>Checks.</summary>
    public static IEnumerable<Finding> Run(CheckScope scope) => scope.Workloads.SelectMany(workload => Of(workload, scope));

    private static IEnumerable<Finding> Of(Workload workload, CheckScope scope)
    {
        if (GuestSize.Of(workload, scope) is not { } size)
        {
            yield break;
        }

        var (cpuNode, memoryNode) = (workload.Annotations[GuestSize.CpuAnnotation], workload.Annotations[GuestSize.MemoryAnnotation]);
        var (cpus, memory) = (GuestSize.Limits(workload, "cpu"), GuestSize.Limits(workload, "memory"));
        if (RuntimeFlavor.Of(workload, scope) == RuntimeKind.KataRust)
        {
            foreach (var (node, limit, arithmetic) in new[] { (cpuNode, cpus, size.Arithmetic), (memoryNode, memory, size.MemoryArithmetic) })
            {
                if (node.Exists && limit > 0)
                {
                    yield return node.Found(CheckCodes.GuestSizeIgnored, $"'{node.Text}' beside limits: {arithmetic}");
                }
            }

            if (cpus > 0 && cpus == Math.Floor(cpus))
            {
                yield return workload.Spec["runtimeClassName"].Found(CheckCodes.GuestDiffersFromLimits, size.Arithmetic);
            }

            yield break;
        }

        var defaultCpus = GuestSize.Cpus(cpuNode);
        if (cpus > 0 && defaultCpus > 1)
        {
            yield return cpuNode.Found(CheckCodes.GuestSizedTwice, size.Arithmetic);
        }
        else if (cpus > 0 && cpus == Math.Floor(cpus) && size.VirtualCpus != cpus)
        {
            yield return cpuNode.Found(CheckCodes.GuestDiffersFromLimits, size.Arithmetic);
        }

        // Up to Kata's own default it is what the guest's system needs, however small the limits are.
        if (memory > 0 && GuestSize.Mebibytes(memoryNode) is { } mebibytes and > GuestSize.DefaultMebibytes && mebibytes * (1 << 20) >= memory)
        {
            yield return memoryNode.Found(CheckCodes.GuestSizedTwice, size.MemoryArithmetic);
        }
    }
}
