using TrustedServe.Protocol.Topology;

namespace TrustedServe.Protocol.Placement;

/// <summary>Where one worker runs.</summary>
/// <param name="Model">The model that it serves.</param>
/// <param name="Version">Its version.</param>
/// <param name="Node">Its node; null when its cores are of several (a worker that nobody gave cores to).</param>
/// <param name="MemoryNode">The node that its memory shall come from; null where there is no choice.</param>
/// <param name="Cores">Every core that it may use.</param>
/// <param name="Lanes">Its lanes; at least one. No core is in two.</param>
/// <param name="LaneWidth">Cores of each lane.</param>
/// <param name="Mode">What the lanes are planned for.</param>
/// <param name="Reason">Why they are as they are.</param>
public sealed record WorkerPlan(
    string Model,
    string Version,
    int? Node,
    int? MemoryNode,
    IReadOnlyList<int> Cores,
    IReadOnlyList<LanePlan> Lanes,
    int LaneWidth,
    PlacementMode Mode,
    string Reason)
{
    /// <summary>The plan in one line, for logs and metadata.</summary>
    public string Summary() =>
        $"{(Node is { } node ? $"node {node}, " : "")}{Lanes.Count} lane(s) of {LaneWidth} core(s) on {CpuList.Format(Lanes.SelectMany(lane => lane.Cores))}: {Reason}";
}
