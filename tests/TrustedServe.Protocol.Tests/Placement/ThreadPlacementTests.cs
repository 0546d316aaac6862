using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Topology;
using TrustedServe.Protocol.Workers;
using TrustedServe.Testing;

namespace TrustedServe.Protocol.Tests.Placement;

public sealed class ThreadPlacementTests
{
    [Fact]
    public void Apply_ALaneOfTheSecondNode_PinsItAndPrefersItsMemory()
    {
        using var machine = new RecordedMachine(2, 24, threads: 2);
        var plan = PlacementPlanner.Plan(TopologyReader.Read(machine.Root), [new ModelFacts("m", "1")], new PlacementWishes { LaneWidth = 4 });
        var worker = plan.Workers[1];
        var calls = new RecordedCalls();
        var applied = ThreadPlacement.Apply(worker.Lanes[1].Cores, worker.MemoryNode, calls);
        Assert.Equal(["sched_setaffinity self 28,29,30,31", "set_mempolicy Preferred 1"], calls.Calls);
        Assert.True(applied.IsAsPlanned);
        Assert.Equal([28, 29, 30, 31], applied.ActualCores);
    }

    [Fact]
    public void Apply_OneNode_SetsNoPolicy()
    {
        using var machine = new RecordedMachine(1, 8);
        var plan = PlacementPlanner.Plan(TopologyReader.Read(machine.Root), [new ModelFacts("m", "1")], new PlacementWishes());
        var calls = new RecordedCalls { Policy = SystemCallResult.NotPermitted };
        Assert.True(ThreadPlacement.Apply(plan.Workers[0].Lanes[0].Cores, plan.Workers[0].MemoryNode, calls).IsAsPlanned);
        Assert.Equal(["sched_setaffinity self 1"], calls.Calls);
    }

    [Theory]
    [InlineData(1, "EPERM")]
    [InlineData(38, "ENOSYS")]
    public void Apply_ASandboxThatRefuses_IsAnAnswer(int error, string name)
    {
        var calls = new RecordedCalls { Affinity = new SystemCallResult(error), Policy = new SystemCallResult(error) };
        var applied = ThreadPlacement.Apply([5], 1, calls);
        Assert.False(applied.IsAsPlanned);
        Assert.Equal(name, applied.Affinity.ToString());
        Assert.Equal(name, applied.Memory.ToString());
        Assert.Equal([0, 1], applied.ActualCores);
    }

    [Fact]
    public void Apply_Here_PinsTheCallingThreadAlone()
    {
        LinuxSystemCalls.Instance.GetAffinity(0, out var before);
        AppliedPlacement? applied = null;
        var (core, node) = (-1, -1);
        var thread = new Thread(() =>
        {
            applied = ThreadPlacement.Apply([before[^1]], null);
            LinuxSystemCalls.Instance.GetCurrentCore(out core, out node);
        });
        thread.Start();
        thread.Join();
        Assert.True(applied!.IsAsPlanned, applied.Affinity.ToString());
        Assert.Equal([before[^1]], applied.ActualCores);
        Assert.Equal(before[^1], core);
        Assert.Contains(node, TopologyReader.Read().Nodes.Select(one => one.Number));
        LinuxSystemCalls.Instance.GetAffinity(0, out var after);
        Assert.Equal(before, after);
    }

    [Theory]
    [InlineData(8191)]
    [InlineData(8192)]
    [InlineData(-1)]
    public void Apply_ACoreThatIsNotThere_IsAnswered(int core) =>
        Assert.Equal(SystemCallResult.InvalidArgument, ThreadPlacement.Apply([core], null).Affinity);

    [Fact]
    public void MemoryPolicy_Here_IsReadBack()
    {
        var (set, get) = (SystemCallResult.NotOffered, SystemCallResult.NotOffered);
        MemoryPolicy? policy = null;
        var thread = new Thread(() =>
        {
            set = ThreadPlacement.Apply([], 0).Memory;
            get = LinuxSystemCalls.Instance.GetMemoryPolicy(out policy);
        });
        thread.Start();
        thread.Join();
        Assert.SkipUnless(set.Succeeded && get.Succeeded, $"the sandbox answers set_mempolicy {set}, get_mempolicy {get}");
        Assert.Equal(MemoryPolicyMode.Preferred, policy!.Mode);
        Assert.Equal([0], policy.Nodes);
    }

    [Fact]
    public void ProcessPlacement_PinsEveryThread()
    {
        var calls = new RecordedCalls();
        var applied = ProcessPlacement.Apply([1], calls);
        Assert.True(applied.IsAsPlanned);
        Assert.Equal([1], applied.ActualCores);
        Assert.True(calls.Calls.Count >= Directory.GetDirectories("/proc/self/task").Length / 2);
        Assert.All(calls.Calls, call => Assert.Equal("sched_setaffinity thread 1", call));
    }

    [Fact]
    public void WorkerPlacement_TakesTheCoresThatTheFrontEndNames()
    {
        using var machine = new RecordedMachine(2, 24, threads: 2);
        var topology = TopologyReader.Read(machine.Root);
        var front = PlacementPlanner.Plan(topology, [new ModelFacts("m", "1")], new PlacementWishes()).Workers[1];
        var own = WorkerPlacement.Of(Config() with { Node = front.Node, Cores = front.Cores }, topology);
        Assert.Equal(1, own.MemoryNode);
        Assert.Equal(front.Cores, own.Cores);
        Assert.Equal(front.Lanes.SelectMany(lane => lane.Cores), own.WorkCores);
        Assert.Equal(24, own.Plan(new ModelFacts("m", "1")).Lanes.Count);
    }

    [Fact]
    public void WorkerPlacement_CoresThatAreNotThere_FallsBackAndSaysSo()
    {
        using var machine = new RecordedMachine(1, 4);
        var own = WorkerPlacement.Of(Config() with { Cores = [77, -5, int.MaxValue] }, TopologyReader.Read(machine.Root));
        Assert.Equal([0, 1, 2, 3], own.Cores);
        Assert.Contains(own.Topology.Notes, note => note.Contains("77", StringComparison.Ordinal));
    }

    [Fact]
    public void WorkerPlacement_ANodeAlone_MeansItsCores()
    {
        using var machine = new RecordedMachine(2, 4);
        Assert.Equal([4, 5, 6, 7], WorkerPlacement.Of(Config() with { Node = 1 }, TopologyReader.Read(machine.Root)).Cores);
    }

    private static WorkerConfig Config() => new() { Model = "m", Version = "1", Store = "/s", Socket = "/x", Trust = new TrustConfig() };
}
