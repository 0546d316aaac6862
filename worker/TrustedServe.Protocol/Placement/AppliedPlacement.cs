namespace TrustedServe.Protocol.Placement;

/// <summary>What came of placing a thread: planned against actual.</summary>
/// <param name="Cores">The cores that were planned; empty for no plan.</param>
/// <param name="MemoryNode">The node that its memory was planned on; null for no plan.</param>
/// <param name="Affinity">The kernel's answer to pinning.</param>
/// <param name="Memory">The kernel's answer to the memory policy.</param>
/// <param name="ActualCores">The cores that the thread may run on, as the kernel says afterwards; empty without an answer.</param>
public sealed record AppliedPlacement(
    IReadOnlyList<int> Cores, int? MemoryNode, SystemCallResult Affinity, SystemCallResult Memory, IReadOnlyList<int> ActualCores)
{
    /// <summary>Whether everything that was planned is so.</summary>
    public bool IsAsPlanned => Affinity.Succeeded && Memory.Succeeded;
}
