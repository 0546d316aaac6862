using TrustedServe.Protocol.Topology;
using TrustedServe.Testing;

namespace TrustedServe.Protocol.Tests.Topology;

public sealed class TopologyReaderTests
{
    [Fact]
    public void Read_TwoSocketsWithHyperThreads_FindsNodesCoresAndSiblings()
    {
        using var machine = new RecordedMachine(nodes: 2, coresPerNode: 24, threads: 2);
        var topology = TopologyReader.Read(machine.Root);
        Assert.Equal(96, topology.Cores.Count);
        Assert.Equal(96, topology.AllowedCores.Count);
        Assert.Equal([0, 1], topology.Nodes.Select(node => node.Number));
        Assert.Equal([.. Enumerable.Range(24, 24), .. Enumerable.Range(72, 24)], topology.Nodes[1].Cores);
        Assert.Equal(65536000L * 1024, topology.Nodes[0].MemoryBytes);
        Assert.Equal([21, 10], topology.Nodes[1].Distances);
        Assert.Equal([5, 53], topology.Cores[53].Siblings);
        Assert.Equal(1, topology.Cores[72].Package);
        Assert.Equal([0, 1], topology.MemoryNodes);
        Assert.Equal(1, topology.MemoryNodeFor(1));
        Assert.Equal(new InstructionSets(Avx2: true, Avx512: true, Avx512Vnni: true, AvxVnni: true, AmxInt8: true, AmxBf16: false), topology.InstructionSets);
        Assert.Empty(topology.Notes);
        Assert.Null(topology.CpuQuota);
    }

    [Fact]
    public void Read_SubNumaClusters_KeepsNodesOfASocketApart()
    {
        using var machine = new RecordedMachine(nodes: 4, coresPerNode: 12, threads: 2, nodesPerSocket: 2);
        var topology = TopologyReader.Read(machine.Root);
        Assert.Equal([0, 0, 1, 1], topology.Nodes.Select(node => topology.Cores[node.Cores[0]].Package));
        Assert.Equal([12, 10, 21, 21], topology.Nodes[1].Distances);
    }

    [Fact]
    public void Read_ACpusetThatCutsThroughANode_AllowsItsCoresAlone()
    {
        using var machine = new RecordedMachine(nodes: 2, coresPerNode: 24, threads: 2).WithGroup(cores: "20-30", nodes: "1");
        var topology = TopologyReader.Read(machine.Root);
        Assert.Equal(Enumerable.Range(20, 11), topology.AllowedCores);
        Assert.Equal([1], topology.MemoryNodes);
        Assert.Null(topology.MemoryNodeFor(0)); // one node of memory: no choice
    }

    [Fact]
    public void Read_OfflineCores_AreNotThere()
    {
        using var machine = new RecordedMachine(nodes: 1, coresPerNode: 4, threads: 2)
            .Write("sys/devices/system/cpu/online", "0-2,4-5")
            .Write("sys/devices/system/node/node0/cpulist", "0-2,4-5");
        foreach (var (core, siblings) in new[] { (2, "2"), (0, "0,4"), (1, "1,5") })
        {
            machine.Write($"sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list", siblings);
        }

        var topology = TopologyReader.Read(machine.Root);
        Assert.Equal([0, 1, 2, 4, 5], topology.AllowedCores);
        Assert.Equal([2], topology.Cores.Single(core => core.Number == 2).Siblings);
    }

    [Fact]
    public void Read_ANodeWithoutMemory_HasTheNearestOnesMemory()
    {
        using var machine = new RecordedMachine(nodes: 4, coresPerNode: 4, nodesPerSocket: 2).Write("sys/devices/system/node/node3/meminfo", "Node 3 MemTotal:              0 kB");
        var topology = TopologyReader.Read(machine.Root);
        Assert.Equal([0, 1, 2], topology.MemoryNodes);
        Assert.Equal(2, topology.MemoryNodeFor(3));
        Assert.Equal(0, topology.MemoryNodeFor(0));
    }

    [Fact]
    public void Read_OneCore_IsAMachine()
    {
        using var machine = new RecordedMachine(nodes: 1, coresPerNode: 1);
        var topology = TopologyReader.Read(machine.Root);
        Assert.Equal([0], topology.AllowedCores);
        Assert.Null(topology.MemoryNodeFor(0));
    }

    [Fact]
    public void Read_AnEmptyRoot_HasDefaultsAndSaysSo()
    {
        using var directory = new TemporaryDirectory();
        var topology = TopologyReader.Read(directory.Path);
        Assert.Equal(Enumerable.Range(0, Environment.ProcessorCount), topology.AllowedCores);
        Assert.Equal(topology.AllowedCores, Assert.Single(topology.Nodes).Cores);
        Assert.Equal(InstructionSets.None, topology.InstructionSets);
        Assert.NotEmpty(topology.Notes);
    }

    [Theory]
    [InlineData("50000 100000", null, 0.5)]
    [InlineData("max 100000", "400000 100000", 4.0)]
    [InlineData("800000 100000", "400000 100000", 4.0)]
    [InlineData("max 100000", "max 100000", null)]
    [InlineData("-1 0", "99999999999999999999999 1", null)]
    [InlineData("1", "1 2 3", null)]
    public void Read_TheQuota_IsTheLeastOfTheGroupAndThoseAbove(string own, string? above, double? expected)
    {
        using var machine = new RecordedMachine(nodes: 1, coresPerNode: 8).WithGroup(quota: own);
        if (above is not null)
        {
            machine.Write("sys/fs/cgroup/pod/cpu.max", above);
        }

        Assert.Equal(expected, TopologyReader.Read(machine.Root).CpuQuota);
    }

    [Theory]
    [InlineData("0::/../../elsewhere")]
    [InlineData("0::nothing")]
    [InlineData("")]
    [InlineData("9:name=systemd:/\n0::/pod/worker")]
    public void Read_AnOddGroupPath_StaysUnderTheMount(string line)
    {
        using var machine = new RecordedMachine(nodes: 1, coresPerNode: 8).WithGroup(cores: "0-3").Write("proc/self/cgroup", line).Write("elsewhere/cpuset.cpus.effective", "7");
        Assert.Equal(line.Contains("pod", StringComparison.Ordinal) ? 4 : 8, TopologyReader.Read(machine.Root).AllowedCores.Count);
    }

    [Fact]
    public void Read_AGroupWithoutAController_TakesTheNextAbove()
    {
        using var machine = new RecordedMachine(nodes: 1, coresPerNode: 8).Write("sys/fs/cgroup/pod/cpuset.cpus.effective", "2-3");
        Assert.Equal([2, 3], TopologyReader.Read(machine.Root).AllowedCores);
    }

    [Fact]
    public void Read_TheHybridLayout_FindsTheUnifiedHierarchy()
    {
        using var machine = new RecordedMachine(nodes: 1, coresPerNode: 8).Write("sys/fs/cgroup/unified/pod/worker/cpu.max", "200000 100000");
        Assert.Equal(2, TopologyReader.Read(machine.Root).CpuQuota);
    }

    [Fact]
    public void Read_ListsThatContradictEachOther_StillPutEveryCoreInOneGroup()
    {
        using var machine = new RecordedMachine(nodes: 2, coresPerNode: 4)
            .Write("sys/devices/system/node/node1/cpulist", "2-6")
            .Write("sys/devices/system/cpu/cpu0/topology/thread_siblings_list", "0-7")
            .Write("sys/devices/system/cpu/cpu2/topology/thread_siblings_list", "nonsense")
            .Remove("sys/devices/system/cpu/cpu3/topology")
            .Write("sys/devices/system/cpu/cpu5/topology/thread_siblings_list", "4");
        var topology = TopologyReader.Read(machine.Root);
        Assert.Equal([0, 1, 2, 3, 7], topology.Nodes[0].Cores); // 7 belongs to no node
        Assert.Equal([4, 5, 6], topology.Nodes[1].Cores);
        Assert.Contains(topology.Notes, note => note.Contains("no node claims", StringComparison.Ordinal));
        Assert.All(topology.Cores, core => Assert.Contains(core.Number, core.Siblings));
        Assert.All(topology.Cores, core => Assert.All(core.Siblings, one => Assert.Equal(core.Siblings, topology.Cores[one].Siblings)));
    }

    [Theory]
    [InlineData("sys/devices/system/cpu/online")]
    [InlineData("sys/devices/system/node/node0/cpulist")]
    [InlineData("sys/devices/system/cpu/cpu0/topology/thread_siblings_list")]
    [InlineData("proc/cpuinfo")]
    public void Read_EndlessOrUnreadableFiles_EndsWithAMachine(string path)
    {
        foreach (var bad in new Action<string>[]
        {
            file => File.WriteAllText(file, new string('9', 1 << 20)),
            file => File.CreateSymbolicLink(file, "/dev/zero"),
            file => File.CreateSymbolicLink(file, file),
            file => Directory.CreateDirectory(file),
        })
        {
            using var machine = new RecordedMachine(nodes: 1, coresPerNode: 2);
            machine.Remove(path);
            bad(Path.Combine(machine.Root, path));
            var topology = TopologyReader.Read(machine.Root);
            Assert.NotEmpty(topology.AllowedCores);
            Assert.NotEmpty(topology.Nodes);
        }
    }

    [Fact]
    public void ReadOwn_HasTheCoresThatThisProcessMayUse()
    {
        var topology = TopologyReader.ReadOwn();
        Assert.Equal(Environment.ProcessorCount, topology.AllowedCores.Count);
        Assert.Contains(topology.Nodes, node => node.MemoryBytes > 0);
    }
}
