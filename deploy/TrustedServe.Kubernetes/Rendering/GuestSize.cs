using System.Globalization;
using TrustedServe.Kubernetes.Description;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>The guest that a runtime makes of a pod, by the runtime's own arithmetic. It is fixed when the sandbox is created.</summary>
/// <remarks>
/// Kata's runtime in Go: processors = default_vcpus + limits, memory = default_memory + limits; the annotations replace the
/// defaults and do not cap the sum. So default_vcpus is "0", else the guest would have more processors than cores are exclusive.
/// Kata's runtime in Rust: processors = limits + 0.4 rounded up, memory = limits + 128 MiB; the defaults count only without limits.
/// </remarks>
public sealed record GuestSize
{
    /// <summary>What the guest's own system takes: kernel, agent, image layers and writable layers, in MiB. The class kata-qemu-tdx has it as overhead too.</summary>
    public const int SystemMiB = 2048;

    private const int RustExtraMiB = 128;

    private GuestSize()
    {
    }

    /// <summary>Cores that the pod has to itself: its limit.</summary>
    public required int Cores { get; init; }

    /// <summary>Memory of the pod's container: its limit.</summary>
    public required MemorySize ContainerMemory { get; init; }

    /// <summary>Processors of the guest.</summary>
    public required int Processors { get; init; }

    /// <summary>Memory of the guest.</summary>
    public required MemorySize Memory { get; init; }

    /// <summary>What the guest's own system takes out of the container's limit, because the runtime adds too little for it, in MiB.</summary>
    public required int SystemInLimitMiB { get; init; }

    /// <summary>Annotation <c>default_vcpus</c>; null where the runtime does not read it.</summary>
    public required string? DefaultProcessors { get; init; }

    /// <summary>Annotation <c>default_memory</c> in MiB; null where the runtime does not read it.</summary>
    public required string? DefaultMemory { get; init; }

    /// <summary>The arithmetic, for people.</summary>
    public required string Arithmetic { get; init; }

    /// <summary>Computes.</summary>
    public static GuestSize Of(RuntimeFlavour flavour, int cores, MemorySize memory) => flavour switch
    {
        RuntimeFlavour.KataQemuTdx => new GuestSize
        {
            Cores = cores,
            ContainerMemory = memory,
            Processors = cores,
            Memory = new MemorySize(memory.MiB + SystemMiB),
            SystemInLimitMiB = 0,
            DefaultProcessors = "0",
            DefaultMemory = SystemMiB.ToString(CultureInfo.InvariantCulture),
            Arithmetic = string.Create(
                CultureInfo.InvariantCulture,
                $"Guest (Kata's runtime in Go): processors = default_vcpus 0 + limit {cores} = {cores}; memory = default_memory {SystemMiB} MiB for the guest's own system and image layers + limit {memory.MiB} MiB = {memory.MiB + SystemMiB} MiB. The annotations replace the defaults, they do not cap the sum: a default_vcpus of {cores} would give {2 * cores} processors on {cores} cores."),
        },
        _ => new GuestSize
        {
            Cores = cores,
            ContainerMemory = memory,
            Processors = cores + 1,
            Memory = new MemorySize(memory.MiB + RustExtraMiB),
            SystemInLimitMiB = SystemMiB - RustExtraMiB,
            DefaultProcessors = null,
            DefaultMemory = null,
            Arithmetic = string.Create(
                CultureInfo.InvariantCulture,
                $"Guest (Kata's runtime in Rust): processors = limit {cores} + 0.4, rounded up = {cores + 1}; memory = limit {memory.MiB} MiB + {RustExtraMiB} MiB = {memory.MiB + RustExtraMiB} MiB, so {SystemMiB - RustExtraMiB} MiB of the limit are left to the guest's own system and image layers. default_vcpus and default_memory are not read beside limits. The one processor more shares the {cores} exclusive cores; lanes are planned on {cores}, which cpu.max says inside."),
        },
    };
}
