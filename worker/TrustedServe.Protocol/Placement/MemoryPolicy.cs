namespace TrustedServe.Protocol.Placement;

/// <summary>A thread's memory policy.</summary>
/// <param name="Mode">Which kind.</param>
/// <param name="Nodes">The nodes that it names.</param>
public sealed record MemoryPolicy(MemoryPolicyMode Mode, IReadOnlyList<int> Nodes);
