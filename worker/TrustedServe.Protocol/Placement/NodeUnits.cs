namespace TrustedServe.Protocol.Placement;

/// <summary>The physical cores of a node that are still to be given away.</summary>
/// <param name="Node">The node.</param>
/// <param name="Units">Each as the hardware threads of it that may be used, lowest numbers first.</param>
internal sealed record NodeUnits(int Node, List<int[]> Units);
