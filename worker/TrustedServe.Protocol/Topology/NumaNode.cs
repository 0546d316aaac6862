namespace TrustedServe.Protocol.Topology;

/// <summary>Cores and the memory that is near to them; either may be missing.</summary>
/// <param name="Number">The kernel's number.</param>
/// <param name="Cores">Its online cores, ascending.</param>
/// <param name="MemoryBytes">Its memory; 0 for none.</param>
/// <param name="Distances">How far the memory of each node is, by the order of the nodes; empty when the kernel does not say.</param>
public sealed record NumaNode(int Number, IReadOnlyList<int> Cores, long MemoryBytes, IReadOnlyList<int> Distances);
