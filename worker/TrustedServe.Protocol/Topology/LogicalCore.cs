namespace TrustedServe.Protocol.Topology;

/// <summary>What the kernel runs one thread on at a time: a hardware thread, of which a physical core has one or more.</summary>
/// <param name="Number">The kernel's number.</param>
/// <param name="Package">The socket.</param>
/// <param name="Node">The NUMA node.</param>
/// <param name="Siblings">All hardware threads of its physical core that are online, itself included, ascending.</param>
public sealed record LogicalCore(int Number, int Package, int Node, IReadOnlyList<int> Siblings);
