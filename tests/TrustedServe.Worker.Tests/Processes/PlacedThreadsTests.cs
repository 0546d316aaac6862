using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Topology;
using TrustedServe.Protocol.Workers;
using TrustedServe.Testing;
using TrustedServe.Worker.Starting;

namespace TrustedServe.Worker.Tests.Processes;

/// <summary>What the kernel is asked on a machine that is not here: by the threads that unseal, and by those that build sessions.</summary>
public sealed class PlacedThreadsTests
{
    [Fact]
    public async Task ThreadsThatWriteMemory_AreOnTheirNode_BeforeTheyWrite()
    {
        var calls = new RecordedCalls();
        var before = await new PlacedThreads(SecondNode(), calls).RunAsync("session", () => calls.Calls.ToArray());
        Assert.Equal([$"sched_setaffinity self {string.Join(',', Enumerable.Range(24, 24))}", "set_mempolicy Preferred 1"], before);
    }

    [Fact]
    public void ARefusal_IsKept_AndDoesNotHideBehindLaterSuccess()
    {
        var threads = new PlacedThreads(SecondNode(), new RecordedCalls { Policy = SystemCallResult.NotPermitted });
        Assert.True(threads.Memory.Succeeded);
        threads.Place();
        threads.Place();
        Assert.Equal("EPERM", threads.Memory.ToString());
    }

    // As the front end configures the worker of the second of two sockets.
    private static WorkerConfig SecondNode()
    {
        using var machine = new RecordedMachine(2, 24);
        var share = PlacementPlanner.Plan(TopologyReader.Read(machine.Root), [], new PlacementWishes()).Nodes[1];
        return new WorkerConfig
        {
            Model = "m",
            Version = "1",
            Store = "/nowhere",
            Socket = "/nowhere",
            Trust = new TrustConfig(),
            Cores = share.Cores,
            Node = share.Node,
            MemoryNode = share.MemoryNode,
        };
    }
}
