namespace TrustedServe.Protocol.Placement;

/// <summary>Puts the calling thread, and the memory that it writes first, where a plan wants them.</summary>
/// <remarks>
/// A memory policy belongs to a thread and a page to its first writer, so whatever allocates or writes large memory (unsealing,
/// building a session, a lane) calls this before it writes.
/// The policy is <see cref="MemoryPolicyMode.Preferred"/>, not Bind: when a node is full, Bind has the process killed, while
/// Preferred makes it slower on memory of the next node, which the read-back then shows.
/// It is set only where the plan names a node, and plans name one only on machines with more than one node of memory: with one
/// there is no choice, and a sandbox's refusal of the call would be reported for nothing.
/// </remarks>
public static class ThreadPlacement
{
    /// <summary>Pins the calling thread and sets its memory policy.</summary>
    /// <param name="cores">The cores that it may run on; empty to leave that as it is.</param>
    /// <param name="memoryNode">The node that its memory shall come from; null to leave that as it is.</param>
    /// <param name="calls">The kernel; null for the real one.</param>
    /// <returns>What the kernel answered. Nothing is thrown: a thread that is not pinned still computes.</returns>
    public static AppliedPlacement Apply(IReadOnlyList<int> cores, int? memoryNode, ISystemCalls? calls = null)
    {
        ArgumentNullException.ThrowIfNull(cores);
        calls ??= LinuxSystemCalls.Instance;
        var affinity = cores.Count == 0 ? SystemCallResult.Ok : calls.SetAffinity(0, cores);
        var memory = memoryNode is { } node ? calls.SetMemoryPolicy(new MemoryPolicy(MemoryPolicyMode.Preferred, [node])) : SystemCallResult.Ok;
        calls.GetAffinity(0, out var actual);
        return new AppliedPlacement(cores, memoryNode, affinity, memory, actual);
    }
}
