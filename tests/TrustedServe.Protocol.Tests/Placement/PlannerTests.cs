using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Topology;
using TrustedServe.Testing;

namespace TrustedServe.Protocol.Tests.Placement;

public sealed class PlannerTests
{
    private static readonly ModelFacts Small = new("digits", "1", 200_000);
    private static readonly ModelFacts BertLarge = new("bert", "1", 1_340_000_000, "fp32", 128);

    [Fact]
    public void Plan_TwoSocketsWithHyperThreads_GivesEachNodeAWorkerWithOneThreadOfEveryCore()
    {
        var plan = Plan(2, 24, threads: 2, models: [Small]);
        Assert.Equal([0, 1, 48, 49], plan.FrontEnd!.Cores);
        Assert.False(plan.FrontEnd.IsShared);
        Assert.Equal([0, 1], plan.Workers.Select(worker => worker.Node));
        Assert.Equal(Enumerable.Range(2, 22), LaneCores(plan.Workers[0]));
        Assert.Equal(Enumerable.Range(24, 24), LaneCores(plan.Workers[1]));
        Assert.Equal([.. Enumerable.Range(24, 24), .. Enumerable.Range(72, 24)], plan.Workers[1].Cores);
        Assert.Equal([0, 1], plan.Workers.Select(worker => worker.MemoryNode));
    }

    [Fact]
    public void Plan_AnUnevenGuest_TakesTheFrontEndsCoresWhereTheyLeaveItEven()
    {
        // The recipe of two sockets: 2 cores for the front end, 48 for workers, 12 lanes of 4.
        var topology = new MachineDescription { NodeCores = [26, 24] }.ToTopology();
        var plan = PlacementPlanner.Plan(topology, [BertLarge], new PlacementWishes { FrontEndCores = 2, LaneWidth = 4 });
        Assert.Equal([0, 1], plan.FrontEnd!.Cores);
        Assert.Equal([6, 6], plan.Workers.Select(worker => worker.Lanes.Count));
        Assert.All(plan.Workers.SelectMany(worker => worker.Lanes), lane => Assert.Equal(4, lane.Cores.Count));
    }

    [Fact]
    public void Plan_AStubOfANode_GoesToTheFrontEnd()
    {
        using var machine = new RecordedMachine(2, 24).WithGroup(cores: "0-25");
        var plan = PlacementPlanner.Plan(TopologyReader.Read(machine.Root), [Small], new PlacementWishes());
        Assert.Equal([24, 25], plan.FrontEnd!.Cores);
        Assert.Equal(0, Assert.Single(plan.Workers).Node);
    }

    [Fact]
    public void Plan_SeveralModels_ShareTheCores_OrDivideThem()
    {
        var topology = new MachineDescription { NodeCores = [8, 8] }.ToTopology();
        ModelFacts[] models = [Small, BertLarge];
        var shared = PlacementPlanner.Plan(topology, models, new PlacementWishes { LaneWidth = 1 });
        Assert.Equal(["2-7", "8-15", "2-7", "8-15"], shared.Workers.Select(Cores));

        // Seven each would leave a lone core of the second node to the first model, with a copy of its weights.
        var divided = PlacementPlanner.Plan(topology, models, new PlacementWishes { LaneWidth = 1, DivideCores = true });
        Assert.Equal(["digits 2-7", "bert 8-15"], divided.Workers.Select(worker => $"{worker.Model} {Cores(worker)}"));
        Assert.Contains("2 models have cores of their own", divided.Notes);

        var three = PlacementPlanner.Plan(topology, [.. models, Small], new PlacementWishes { HasFrontEnd = false, LaneWidth = 1, DivideCores = true });
        Assert.Equal(["0-5", "6-7", "8-10", "11-15"], three.Workers.Select(Cores));
    }

    [Theory]
    [InlineData(8, 8, 0, "0-31", "32-63")] // an end of a node in the middle
    [InlineData(16, 8, 2, "2-63", "64-127")] // one away, with others within reach
    [InlineData(3, 5, 0, "0-7", "8-14")] // none near: eight and seven
    public void Plan_ModelsThatDivideManyNodes_MeetAtTheNearestEndOfOne(int nodes, int cores, int frontEnd, string first, string second)
    {
        var topology = new MachineDescription { NodeCores = [.. Enumerable.Repeat(cores, nodes)] }.ToTopology();
        var plan = PlacementPlanner.Plan(topology, [Small, BertLarge], new PlacementWishes { HasFrontEnd = frontEnd > 0, FrontEndCores = frontEnd, DivideCores = true });
        Assert.Equal([first, second], plan.ModelShares.Select(shares => CpuList.Format(shares.SelectMany(share => share.Cores))));
    }

    [Fact]
    public void Plan_MoreModelsThanCores_TakeTurnsOnThem()
    {
        var topology = new MachineDescription { NodeCores = [2] }.ToTopology();
        var plan = PlacementPlanner.Plan(topology, [Small, BertLarge, Small], new PlacementWishes { DivideCores = true });
        Assert.Equal(["0", "1", "0"], plan.Workers.Select(Cores));
        Assert.Contains("3 models cannot have cores of their own: 2 core(s) are there, on which they take turns", plan.Notes);
    }

    [Fact]
    public void Plan_SubNumaClusters_GivesEachItsWorkerAndItsMemory()
    {
        using var machine = new RecordedMachine(nodes: 4, coresPerNode: 12, threads: 2, nodesPerSocket: 2);
        var plan = PlacementPlanner.Plan(TopologyReader.Read(machine.Root), [Small], new PlacementWishes { LaneWidth = 4 });
        Assert.Equal([0, 1, 48, 49], plan.FrontEnd!.Cores);
        Assert.Equal([(0, 0), (1, 1), (2, 2), (3, 3)], plan.Workers.Select(worker => (worker.Node!.Value, worker.MemoryNode!.Value)));
        Assert.Equal([2, 3, 3, 3], plan.Workers.Select(worker => worker.Lanes.Count));
        Assert.Equal([12, 13, 14, 15], plan.Workers[1].Lanes[0].Cores);
    }

    [Fact]
    public void Plan_ACpusetThatCutsThroughANode_UsesWhatIsLeftOfIt()
    {
        using var machine = new RecordedMachine(nodes: 2, coresPerNode: 24, threads: 2).WithGroup(cores: "20-30,68-78");
        var plan = PlacementPlanner.Plan(TopologyReader.Read(machine.Root), [Small], new PlacementWishes());
        Assert.Equal([24, 72], plan.FrontEnd!.Cores); // of the node with more cores left
        Assert.Equal([20, 21, 22, 23], LaneCores(plan.Workers[0]));
        Assert.Equal([25, 26, 27, 28, 29, 30], LaneCores(plan.Workers[1]));
    }

    [Fact]
    public void Plan_OfflineCores_HaveNoLanes_AndASiblingLeftAloneIsACore()
    {
        using var machine = new RecordedMachine(nodes: 1, coresPerNode: 4, threads: 2)
            .Write("sys/devices/system/cpu/online", "1-6") // first thread of core 0 and second one of core 3 are off
            .Write("sys/devices/system/node/node0/cpulist", "1-6");
        foreach (var (core, siblings) in new[] { (1, "1,5"), (2, "2,6"), (3, "3"), (4, "4"), (5, "1,5"), (6, "2,6") })
        {
            machine.Write($"sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list", siblings);
        }

        var plan = PlacementPlanner.Plan(TopologyReader.Read(machine.Root), [Small], new PlacementWishes { HasFrontEnd = false });
        Assert.Equal([1, 2, 3, 4], LaneCores(Assert.Single(plan.Workers)));
    }

    [Fact]
    public void Plan_ANodeWithoutMemory_TakesThatOfTheNearest()
    {
        using var machine = new RecordedMachine(nodes: 4, coresPerNode: 4, nodesPerSocket: 2).Write("sys/devices/system/node/node3/meminfo", "Node 3 MemTotal:              0 kB");
        var plan = PlacementPlanner.Plan(TopologyReader.Read(machine.Root), [Small], new PlacementWishes { HasFrontEnd = false });
        Assert.Equal([(0, 0), (1, 1), (2, 2), (3, 2)], plan.Workers.Select(worker => (worker.Node!.Value, worker.MemoryNode!.Value)));
        Assert.Equal([12, 13, 14, 15], LaneCores(plan.Workers[3]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Plan_FewCores_SharesThemAndSaysSo(int cores)
    {
        var plan = Plan(1, cores, models: [Small]);
        Assert.True(plan.FrontEnd!.IsShared);
        Assert.Contains("too few", plan.FrontEnd.Reason, StringComparison.Ordinal);
        Assert.Equal(cores, Assert.Single(plan.Workers).Lanes.Count);
    }

    [Fact]
    public void Plan_AFrontEndThatWantsAll_Shares()
    {
        var plan = Plan(1, 4, models: [Small], wishes: new PlacementWishes { FrontEndCores = 4 });
        Assert.True(plan.FrontEnd!.IsShared);
        Assert.Equal(4, plan.Workers[0].Lanes.Count);
    }

    [Fact]
    public void Plan_AQuota_CutsTheLanesNodeAfterNode()
    {
        using var machine = new RecordedMachine(2, 24, threads: 2).WithGroup(quota: "450000 100000");
        var plan = PlacementPlanner.Plan(TopologyReader.Read(machine.Root), [Small], new PlacementWishes());
        Assert.Equal([0, 48], plan.FrontEnd!.Cores);
        Assert.Equal([1, 2, 3], LaneCores(Assert.Single(plan.Workers)));
        Assert.Contains(plan.Notes, note => note.Contains("cpu.max", StringComparison.Ordinal));
    }

    [Fact]
    public void Plan_AQuotaBelowOneCore_LeavesOneLane()
    {
        using var machine = new RecordedMachine(1, 4).WithGroup(quota: "50000 100000");
        var plan = PlacementPlanner.Plan(TopologyReader.Read(machine.Root), [Small], new PlacementWishes());
        Assert.True(plan.FrontEnd!.IsShared);
        Assert.Single(plan.Workers[0].Lanes);
    }

    [Fact]
    public void Plan_SeveralModels_HaveTheSameCoresAndTheNoteSaysSo()
    {
        var plan = Plan(1, 8, models: [Small, BertLarge], wishes: new PlacementWishes { Mode = PlacementMode.Throughput });
        Assert.Equal(plan.Workers[0].Cores, plan.Workers[1].Cores);
        Assert.Contains(plan.Notes, note => note.Contains("2 models share", StringComparison.Ordinal));
    }

    [Fact]
    public void Plan_LanesOnSiblings_CountsEveryThread()
    {
        var plan = Plan(1, 4, threads: 2, models: [Small], wishes: new PlacementWishes { LanesOnSiblings = true, HasFrontEnd = false });
        Assert.Equal([0, 4, 1, 5, 2, 6, 3, 7], LaneCores(plan.Workers[0]));
    }

    [Fact]
    public void Auto_ALargeModel_GetsWideLanesAndSaysWhy()
    {
        var worker = Plan(1, 24, models: [BertLarge]).Workers[0];
        Assert.Equal(4, worker.LaneWidth);
        Assert.Equal(5, worker.Lanes.Count); // 22 cores beside the front end
        Assert.Contains("1340 MB of fp32 weights and 128 tokens take about 997 ms on one core", worker.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Auto_TheSameModelInEightBits_GetsNarrowOnes() =>
        Assert.Equal(1, Plan(1, 24, models: [BertLarge with { WeightBytes = 335_000_000, Precision = "int8" }]).Workers[0].LaneWidth);

    [Fact]
    public void Auto_TwoCores_NeverGivesUpTheSecondLane()
    {
        var worker = Plan(1, 2, models: [BertLarge]).Workers[0];
        Assert.Equal(2, worker.Lanes.Count);
        Assert.Contains("fewer than two lanes", worker.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Latency_WidensFurther_AndNotForWhatIsShort()
    {
        var wishes = new PlacementWishes { Mode = PlacementMode.Latency };
        Assert.Equal(16, Plan(1, 24, models: [BertLarge], wishes: wishes).Workers[0].LaneWidth);
        Assert.Equal(1, Plan(1, 24, models: [Small], wishes: wishes).Workers[0].LaneWidth);
        Assert.Equal(2, Plan(1, 2, models: [BertLarge], wishes: wishes).Workers[0].LaneWidth);
    }

    [Fact]
    public void Plan_MoreLanesThanCores_AreCut()
    {
        var worker = Plan(1, 2, models: [Small], wishes: new PlacementWishes { Lanes = 64 }).Workers[0];
        Assert.Equal(2, worker.Lanes.Count);
        Assert.Contains("64 lanes were asked for", worker.Reason, StringComparison.Ordinal);
    }

    private static PlacementPlan Plan(int nodes, int cores, int threads = 1, ModelFacts[]? models = null, PlacementWishes? wishes = null)
    {
        using var machine = new RecordedMachine(nodes, cores, threads);
        return PlacementPlanner.Plan(TopologyReader.Read(machine.Root), models ?? [], wishes ?? new PlacementWishes());
    }

    private static IEnumerable<int> LaneCores(WorkerPlan worker) => worker.Lanes.SelectMany(lane => lane.Cores);

    private static string Cores(WorkerPlan worker) => CpuList.Format(worker.Lanes.SelectMany(lane => lane.Cores));
}
