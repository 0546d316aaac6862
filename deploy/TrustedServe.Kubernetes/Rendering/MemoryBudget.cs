using System.Globalization;
using TrustedServe.Kubernetes.Description;
using TrustedServe.Protocol.Placement;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>What the memory of an instance goes to. Pages of memory-backed volumes count in the container's limit.</summary>
/// <param name="FrontEnd">The front end.</param>
/// <param name="WeightsVolume">The volume for plaintext weights: each worker's files, a tenth and 16 MiB more.</param>
/// <param name="Sessions">The sessions: a packed copy of the weights, 256 MiB of a process, and 32 MiB for what each lane computes with.</param>
/// <param name="RunVolume">The volume for sockets and temporary files.</param>
/// <param name="GuestSystem">What the guest's own system takes out of the limit.</param>
/// <param name="Limit">The limit.</param>
/// <param name="Workers">How many workers there are.</param>
public sealed record MemoryBudget(
    MemorySize FrontEnd, MemorySize WeightsVolume, MemorySize Sessions, MemorySize RunVolume, MemorySize GuestSystem, MemorySize Limit, int Workers)
{
    private const int ProcessMiB = 256;
    private const int LaneMiB = 32;
    private const int RunMiB = 64;
    private const int SpareMiB = 16;

    /// <summary>What is needed at the least, in MiB.</summary>
    public long NeededMiB => FrontEnd.MiB + WeightsVolume.MiB + Sessions.MiB + RunVolume.MiB + GuestSystem.MiB;

    /// <summary>Whether the limit is enough.</summary>
    public bool Fits => NeededMiB <= Limit.MiB;

    /// <summary>The arithmetic, for people.</summary>
    public string Arithmetic => string.Create(
        CultureInfo.InvariantCulture,
        $"front end {FrontEnd.MiB} + weights in memory {WeightsVolume.MiB} + sessions of {Workers} worker(s) {Sessions.MiB} + sockets and temporary files {RunVolume.MiB}{(GuestSystem.MiB > 0 ? $" + the guest's own system {GuestSystem.MiB}" : "")} = {NeededMiB} MiB of {Limit.MiB} MiB");

    /// <summary>Computes.</summary>
    public static MemoryBudget Of(DeploymentDescription description, PlacementPlan plan, GuestSize guest)
    {
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(guest);
        var sizes = description.Models.ToDictionary(model => model.Name, model => model.Weights.MiB, StringComparer.Ordinal);
        var weights = plan.Workers.Sum(worker => sizes[worker.Model]);
        return new MemoryBudget(
            description.Instance.FrontEndMemory,
            new MemorySize((((weights * 11) + 9) / 10) + SpareMiB),
            new MemorySize(plan.Workers.Sum(worker => sizes[worker.Model] + ProcessMiB + (LaneMiB * worker.Lanes.Count))),
            new MemorySize(RunMiB),
            new MemorySize(guest.SystemInLimitMiB),
            guest.ContainerMemory,
            plan.Workers.Count);
    }
}
