namespace TrustedServe.Protocol.Placement;

/// <summary>What workers may use of a NUMA node.</summary>
/// <param name="Node">The node.</param>
/// <param name="MemoryNode">The node that their memory shall come from; null on a machine where there is no choice.</param>
/// <param name="Cores">Every core, hyper-threads included: for a worker's threads that are not lanes.</param>
/// <param name="LaneCores">Cores that lanes may be made of.</param>
public sealed record NodeShare(int Node, int? MemoryNode, IReadOnlyList<int> Cores, IReadOnlyList<int> LaneCores);
