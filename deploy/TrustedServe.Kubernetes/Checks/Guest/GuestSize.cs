using System.Globalization;
using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Guest;

/// <summary>The size that a guest gets when its pod is created; a TDX guest keeps it.</summary>
/// <param name="VirtualCpus">Its vCPUs.</param>
/// <param name="MemoryBytes">Its memory.</param>
/// <param name="Arithmetic">How the vCPUs come about, for people.</param>
/// <param name="MemoryArithmetic">How the memory comes about, for people.</param>
internal sealed record GuestSize(decimal VirtualCpus, decimal MemoryBytes, string Arithmetic, string MemoryArithmetic)
{
    /// <summary>The annotation with the vCPUs that a guest has before limits are counted.</summary>
    public const string CpuAnnotation = "io.katacontainers.config.hypervisor.default_vcpus";

    /// <summary>The annotation with the MiB that a guest has before limits are counted.</summary>
    public const string MemoryAnnotation = "io.katacontainers.config.hypervisor.default_memory";

    /// <summary>What a guest has of memory before limits are counted, where nothing is said.</summary>
    public const decimal DefaultMebibytes = 2048;

    // The same of vCPUs.
    private const decimal DefaultCpus = 1;

    private const decimal Mebibyte = 1 << 20;

    // What runtime-rs adds to limits.
    private const decimal RustCpus = 0.4m;
    private const decimal RustMebibytes = 128;

    /// <summary>The sum of the limits over the pod, as the kubelet tells the runtime: sidecars and containers, or the largest init container.</summary>
    public static decimal Limits(Workload workload, string resource)
    {
        decimal running = 0;
        decimal largest = 0;
        foreach (var container in workload.Containers)
        {
            var limit = container.Limit(resource) ?? 0;
            if (container.IsInit && !container.IsSidecar)
            {
                largest = Math.Max(largest, running + limit);
            }
            else
            {
                running += limit;
            }
        }

        return Math.Max(largest, running);
    }

    /// <summary>The size of a workload's guest; null when its runtime's way of sizing is not known, or an annotation is not valid.</summary>
    public static GuestSize? Of(Workload workload, CheckScope scope)
    {
        var (cpus, memory) = (Limits(workload, "cpu"), Limits(workload, "memory"));
        var (cpuNode, memoryNode) = (workload.Annotations[CpuAnnotation], workload.Annotations[MemoryAnnotation]);
        if ((cpuNode.Exists && Cpus(cpuNode) is null) || (memoryNode.Exists && Mebibytes(memoryNode) is null))
        {
            return null;
        }

        var defaultCpus = Cpus(cpuNode) ?? DefaultCpus;
        var defaultMemory = (Mebibytes(memoryNode) ?? DefaultMebibytes) * Mebibyte;
        switch (RuntimeFlavor.Of(workload, scope))
        {
            case RuntimeKind.KataGo:
                return new(
                    Math.Ceiling(defaultCpus + cpus),
                    defaultMemory + memory,
                    $"{Quantity.Cpus(defaultCpus)} of default_vcpus + {Quantity.Cpus(cpus)} of limits = {Quantity.Cpus(Math.Ceiling(defaultCpus + cpus))} vCPUs",
                    $"{Quantity.Mebibytes(defaultMemory)} of default_memory + {Quantity.Mebibytes(memory)} of limits = {Quantity.Mebibytes(defaultMemory + memory)}");
            case RuntimeKind.KataRust:
                var size = cpus > 0 ? Math.Ceiling(cpus + RustCpus) : Math.Ceiling(defaultCpus);
                var bytes = memory > 0 ? memory + (RustMebibytes * Mebibyte) : defaultMemory;
                return new(size, bytes, $"{Quantity.Cpus(cpus)} of limits + 0.4, rounded up = {Quantity.Cpus(size)} vCPUs", $"{Quantity.Mebibytes(memory)} of limits + 128 MiB = {Quantity.Mebibytes(bytes)}");
            default:
                return null;
        }
    }

    /// <summary>The vCPUs that an annotation says; null when it says none that is valid.</summary>
    public static decimal? Cpus(ManifestNode annotation) =>
        decimal.TryParse(annotation.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var cpus) ? cpus : null;

    /// <summary>The MiB that an annotation says; null when it says none that is valid.</summary>
    public static decimal? Mebibytes(ManifestNode annotation) =>
        int.TryParse(annotation.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var mebibytes) && mebibytes >= 256 ? mebibytes : null;
}
