using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Topology;

namespace TrustedServe.Protocol.Workers;

/// <summary>What a worker may use by its configuration, known before its model is; then the plan for the model.</summary>
public sealed class WorkerPlacement
{
    private readonly PlacementWishes wishes;

    private WorkerPlacement(MachineTopology topology, IReadOnlyList<NodeShare> shares, PlacementWishes wishes) =>
        (Topology, Shares, this.wishes) = (topology, shares, wishes);

    /// <summary>The machine, narrowed to the worker's cores.</summary>
    public MachineTopology Topology { get; }

    /// <summary>What the worker may use, one entry a node; one entry alone when the front end planned it.</summary>
    public IReadOnlyList<NodeShare> Shares { get; }

    /// <summary>Every core of the worker, hyper-threads included.</summary>
    public IReadOnlyList<int> Cores => NumberSets.Joined(Shares, share => share.Cores);

    /// <summary>One core for each thread of heavy work that shall run at once, such as unsealing.</summary>
    public IReadOnlyList<int> WorkCores => NumberSets.Joined(Shares, share => share.LaneCores);

    /// <summary>The node that memory shall come from; null where there is no choice, or when the worker's cores are of several nodes.</summary>
    public int? MemoryNode => Shares.Count == 1 ? Shares[0].MemoryNode : null;

    /// <summary>Takes stock of this machine.</summary>
    /// <param name="config">The worker's configuration.</param>
    /// <param name="calls">The kernel; null for the real one.</param>
    public static WorkerPlacement OfThisMachine(WorkerConfig config, ISystemCalls? calls = null)
    {
        ArgumentNullException.ThrowIfNull(config);

        // What a worker inherits is the affinity of the front end, which may have pinned itself elsewhere: cores that the front end
        // names count instead. The kernel cuts them to the cpuset in any case.
        return Of(config, config.Cores.Count > 0 ? TopologyReader.Read() : TopologyReader.ReadOwn(calls));
    }

    /// <summary>Takes stock of a machine.</summary>
    public static WorkerPlacement Of(WorkerConfig config, MachineTopology topology)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(topology);
        topology = config.Cores.Count > 0 ? topology.Within(config.Cores)
            : config.Node is { } number && topology.Nodes.FirstOrDefault(node => node.Number == number) is { } node ? topology.Within(node.Cores)
            : topology;
        var siblings = config.LanesOnSiblings;
        return new WorkerPlacement(topology, PlacementPlanner.Shares(topology, siblings), new PlacementWishes
        {
            Mode = config.Placement,
            HasFrontEnd = false,
            Lanes = config.Lanes,
            LaneWidth = config.LaneWidth,
            LanesOnSiblings = siblings,
        });
    }

    /// <summary>Plans the lanes.</summary>
    public WorkerPlan Plan(ModelFacts model) => PlacementPlanner.PlanWorker(Topology, Shares, model, wishes);
}
