using CsCheck;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Topology;

namespace TrustedServe.Protocol.Tests.Placement;

public sealed class PlannerPropertyTests
{
    // Hyper-threads, odd cpusets, offline siblings, nodes of any size, quotas down to nearly nothing.
    private static readonly Gen<MachineTopology> Machines =
        from nodes in Gen.Int[0, 9].Array[1, 4]
        from threads in Gen.Int[1, 3]
        from memory in Gen.Bool.Array[nodes.Length]
        from quota in Gen.Double[0.1, 40].Nullable()
        let described = new MachineDescription { NodeCores = [.. nodes.Prepend(1)], ThreadsPerCore = threads, NodeMemoryBytes = [.. memory.Prepend(true).Select(has => has ? 1L << 30 : 0)], CpuQuota = quota }.ToTopology()
        from allowed in Gen.Int[0, described.Cores.Count - 1].HashSet[1, described.Cores.Count]
        select described.Within(allowed);

    private static readonly Gen<PlacementWishes> Wishes =
        from mode in Gen.Enum<PlacementMode>()
        from hasFrontEnd in Gen.Bool
        from frontEnd in Gen.Int[0, 12]
        from lanes in Gen.Int[0, 12]
        from width in Gen.Int[0, 12]
        from siblings in Gen.Bool
        select new PlacementWishes { Mode = mode, HasFrontEnd = hasFrontEnd, FrontEndCores = frontEnd, Lanes = lanes, LaneWidth = width, LanesOnSiblings = siblings };

    private static readonly Gen<ModelFacts> Models =
        from bytes in Gen.Long[0, 1L << 40]
        from precision in Gen.OneOf(Gen.Const("fp32"), Gen.Const("int8"), Gen.Const("bf16"), Gen.Const("what?"))
        from tokens in Gen.Int[1, 100_000].Nullable()
        select new ModelFacts("m", "1", bytes, precision, tokens);

    [Fact]
    public void EveryPlan_KeepsTheRules() => Gen.Select(Machines, Wishes, Models).Sample((topology, wishes, model) =>
    {
        var plan = PlacementPlanner.Plan(topology, [model], wishes);
        var lanes = plan.Workers.SelectMany(worker => worker.Lanes).ToList();
        var used = lanes.SelectMany(lane => lane.Cores).ToList();
        var allowed = topology.AllowedCores.ToHashSet();
        var node = topology.Cores.ToDictionary(core => core.Number, core => core.Node);

        Assert.NotEmpty(plan.Workers);
        Assert.All(plan.Workers, worker => Assert.NotEmpty(worker.Lanes));
        Assert.All(plan.Workers, worker => Assert.All(worker.Lanes, lane => Assert.Equal(worker.LaneWidth, lane.Cores.Count)));
        Assert.Equal(used.Count, used.Distinct().Count());
        Assert.All(used, core => Assert.Contains(core, allowed));
        Assert.True(used.Count <= allowed.Count);
        Assert.True(topology.CpuQuota is not { } quota || used.Count <= Math.Max(1, (int)quota));
        Assert.All(lanes, lane => Assert.All(lane.Cores, core => Assert.Equal(lane.Node, node[core])));
        Assert.All(plan.Workers, worker => Assert.All(worker.Cores, core => Assert.True(node[core] == worker.Node && allowed.Contains(core))));
        Assert.All(plan.Workers, worker => Assert.Subset(worker.Cores.ToHashSet(), worker.Lanes.SelectMany(lane => lane.Cores).ToHashSet()));
        Assert.All(plan.Workers, worker => Assert.True(worker.MemoryNode is not { } memory || topology.MemoryNodes.Contains(memory)));
        Assert.Equal(plan.Workers.Count, plan.Workers.DistinctBy(worker => worker.Node).Count());
        if (plan.FrontEnd is { } frontEnd)
        {
            Assert.NotEmpty(frontEnd.Cores);
            Assert.All(frontEnd.Cores, core => Assert.Contains(core, allowed));
            Assert.True(frontEnd.IsShared || !frontEnd.Cores.Intersect(plan.Workers.SelectMany(worker => worker.Cores)).Any());
        }

        if (!wishes.LanesOnSiblings)
        {
            // One lane thread at most on a physical core.
            Assert.Equal(used.Count, topology.Cores.Where(core => used.Contains(core.Number)).DistinctBy(core => core.Siblings[0]).Count());
        }
    });

    [Fact]
    public void EveryDivision_GivesEachModelCoresOfItsOwn_AndLosesNone() => Gen.Select(Machines, Wishes, Gen.Int[1, 12]).Sample((topology, wishes, count) =>
    {
        var models = Enumerable.Range(0, count).Select(model => new ModelFacts($"m{model}", "1")).ToList();
        var whole = PlacementPlanner.Plan(topology, models[..1], wishes);
        var plan = PlacementPlanner.Plan(topology, models, wishes with { DivideCores = true });
        var node = topology.Cores.ToDictionary(core => core.Number, core => core.Node);

        Assert.Equal(whole.FrontEnd?.Cores, plan.FrontEnd?.Cores);
        Assert.Equal(count, plan.ModelShares.Count);
        Assert.All(plan.ModelShares, shares => Assert.NotEmpty(shares));
        Assert.All(plan.ModelShares.SelectMany(shares => shares), share => Assert.All(share.Cores, core => Assert.Equal(share.Node, node[core])));
        Assert.Equal(plan.ModelShares.SelectMany(shares => shares).Count(), plan.Workers.Count);

        var units = Units(whole.Nodes);
        var all = plan.ModelShares.SelectMany(shares => shares).SelectMany(share => share.Cores).ToList();
        if (count <= units)
        {
            // None twice, none forgotten.
            Assert.Equal(whole.Nodes.SelectMany(share => share.Cores).Order(), all.Order());

            // Near to equal: each of its two borders moves little.
            var each = units / count;
            var moved = 2 * (each >= 8 ? each / 8 : each >= 4 ? 1 : 0);
            Assert.All(plan.ModelShares, shares => Assert.InRange(Units(shares), each - moved, each + 1 + moved));
        }
        else
        {
            Assert.All(plan.ModelShares, shares => Assert.Equal(1, Units(shares)));
        }

        int Units(IEnumerable<NodeShare> shares) => shares.SelectMany(share => share.Cores).Select(core => topology.Cores.First(one => one.Number == core).Siblings[0]).Distinct().Count();
    });
}
