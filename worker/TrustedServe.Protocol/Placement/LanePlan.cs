namespace TrustedServe.Protocol.Placement;

/// <summary>Where one lane computes.</summary>
/// <param name="Node">Its NUMA node.</param>
/// <param name="Cores">Its cores, all of that node; a thread for each.</param>
public sealed record LanePlan(int Node, IReadOnlyList<int> Cores);
