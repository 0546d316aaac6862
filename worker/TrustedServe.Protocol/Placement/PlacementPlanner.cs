using TrustedServe.Protocol.Topology;

namespace TrustedServe.Protocol.Placement;

/// <summary>Decides who runs where. A pure function of its arguments: front end, worker, command line and generator of manifests ask it alike.</summary>
/// <remarks>
/// 1. Units are physical cores whose hardware threads may be used. <c>cpu.max</c> cuts their number (rounded down, at least one),
///    node after node, so that a small quota does not spread over nodes.
/// 2. The front end gets physical cores of its own with all their hardware threads. Without a wish: none on up to two cores (it
///    shares them with the workers), one on fewer than 16, else two. They come from a node that they use up, so that no worker
///    has to serve a stub; else from the node with the most cores, the lowest numbers, where the kernel's own work tends to be.
/// 3. Every node with cores left gets one worker for each model; its memory comes from that node, or from the nearest that has some.
/// 4. Several models share: the workers of a node each have lanes on all its worker cores. An idle model then takes nothing from a
///    busy one; when several are busy the kernel divides the cores between them. Where <see cref="PlacementWishes.DivideCores"/> asks
///    for it, each model version has physical cores of its own instead: equal runs of neighbours, node after node; the first get what
///    remains, and a run ends with its node where its border is near (<see cref="CoreUnits.Part"/>), since every node that a model
///    lies on holds a copy of its weights. More models than cores take turns on them, one core each.
/// 5. A lane has the first hardware thread of each of its physical cores (the others only when asked for), all of one node. So a
///    worker never has more lane threads than it has cores, nor the workers of a model together more than the machine or the quota;
///    with divided cores, nor all workers together, unless there are more models than cores.
/// </remarks>
public static class PlacementPlanner
{
    private const int FewCores = 2;
    private const int ManyCores = 16;

    /// <summary>Plans a machine.</summary>
    /// <param name="topology">The machine.</param>
    /// <param name="models">The models; may be empty.</param>
    /// <param name="wishes">What is aimed at.</param>
    public static PlacementPlan Plan(MachineTopology topology, IReadOnlyList<ModelFacts> models, PlacementWishes wishes)
    {
        ArgumentNullException.ThrowIfNull(topology);
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(wishes);
        var notes = new List<string>(topology.Notes);

        // 1. Units.
        var units = CoreUnits.Of(topology, wishes.LanesOnSiblings, notes);

        // 2. The front end.
        var frontEnd = wishes.HasFrontEnd ? TakeFrontEnd(units, wishes.FrontEndCores) : null;

        // 3. Nodes.
        var shares = Shares(topology, units, wishes.LanesOnSiblings);

        // 4., 5. Workers.
        var modelShares = new List<IReadOnlyList<NodeShare>>();
        var workers = new List<WorkerPlan>();
        for (var i = 0; i < models.Count; i++)
        {
            modelShares.Add(wishes.DivideCores && models.Count > 1 ? Shares(topology, units.Part(i, models.Count), wishes.LanesOnSiblings) : shares);
            foreach (var share in modelShares[i])
            {
                workers.Add(PlanWorker(topology, [share], models[i], wishes));
            }
        }

        if (models.Count > 1)
        {
            notes.Add(!wishes.DivideCores ? $"{models.Count} models share the worker cores of each node; when several are busy, the kernel divides the cores between them"
                : models.Count <= units.Count ? $"{models.Count} models have cores of their own"
                : $"{models.Count} models cannot have cores of their own: {units.Count} core(s) are there, on which they take turns");
        }

        return new PlacementPlan(frontEnd, shares, modelShares, workers, notes);
    }

    /// <summary>What workers may use of each node when the front end is not here, or has its cores already.</summary>
    public static IReadOnlyList<NodeShare> Shares(MachineTopology topology, bool lanesOnSiblings = false)
    {
        ArgumentNullException.ThrowIfNull(topology);
        return Shares(topology, CoreUnits.Of(topology, lanesOnSiblings, []), lanesOnSiblings);
    }

    /// <summary>Plans one worker.</summary>
    /// <param name="topology">The machine.</param>
    /// <param name="shares">What it may use; at least one node.</param>
    /// <param name="model">Its model.</param>
    /// <param name="wishes">What is aimed at.</param>
    public static WorkerPlan PlanWorker(MachineTopology topology, IReadOnlyList<NodeShare> shares, ModelFacts model, PlacementWishes wishes)
    {
        ArgumentNullException.ThrowIfNull(topology);
        ArgumentNullException.ThrowIfNull(shares);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(wishes);
        ArgumentOutOfRangeException.ThrowIfZero(shares.Count);
        var narrowest = shares.Min(share => share.LaneCores.Count);
        ArgumentOutOfRangeException.ThrowIfZero(narrowest, nameof(shares));
        var (width, reason) = LaneWidthRule.Decide(model, wishes, topology.InstructionSets, narrowest);
        var lanes = new List<LanePlan>();
        foreach (var share in shares)
        {
            for (var first = 0; first + width <= share.LaneCores.Count; first += width)
            {
                lanes.Add(new LanePlan(share.Node, Slice(share.LaneCores, first, width)));
            }
        }

        if (wishes.Lanes > 0 && wishes.Lanes < lanes.Count)
        {
            reason = $"{reason}; {wishes.Lanes} lane(s) were asked for";
            lanes.RemoveRange(wishes.Lanes, lanes.Count - wishes.Lanes);
        }
        else if (wishes.Lanes > lanes.Count)
        {
            reason = $"{reason}; {wishes.Lanes} lanes were asked for, the cores are enough for {lanes.Count}";
        }

        var only = shares.Count == 1 ? shares[0] : null;
        return new WorkerPlan(
            model.Name,
            model.Version,
            only?.Node,
            only?.MemoryNode,
            NumberSets.Ascending(shares, share => share.Cores),
            lanes,
            width,
            wishes.Mode,
            reason);
    }

    private static FrontEndPlan TakeFrontEnd(CoreUnits units, int wished)
    {
        var total = units.Count;
        var wanted = wished > 0 ? wished : total <= FewCores ? 0 : total < ManyCores ? 1 : 2;
        if (wanted == 0)
        {
            return new FrontEndPlan(units.AllThreads(), IsShared: true, $"{total} core(s) are too few to give the front end one of its own");
        }

        return units.TryTake(wanted) is { } taken
            ? new FrontEndPlan(taken, IsShared: false, wished > 0 ? $"{wished} core(s) were asked for" : $"{wanted} of {total} core(s)")
            : new FrontEndPlan(units.AllThreads(), IsShared: true, $"{wanted} of {total} core(s) were asked for, and no node would keep one for a worker");
    }

    private static List<NodeShare> Shares(MachineTopology topology, CoreUnits units, bool lanesOnSiblings)
    {
        var shares = new List<NodeShare>();
        foreach (var node in units.ByNode)
        {
            if (node.Units.Count > 0)
            {
                shares.Add(ShareOf(topology, node, lanesOnSiblings));
            }
        }

        return shares;
    }

    private static NodeShare ShareOf(MachineTopology topology, NodeUnits node, bool lanesOnSiblings) => new(
        node.Node,
        topology.MemoryNodeFor(node.Node),
        CoreUnits.Threads(node.Units),
        NumberSets.Joined(node.Units, unit => lanesOnSiblings ? unit : unit[..1]));

    private static int[] Slice(IReadOnlyList<int> cores, int first, int count)
    {
        var slice = new int[count];
        for (var i = 0; i < count; i++)
        {
            slice[i] = cores[first + i];
        }

        return slice;
    }
}
