using CsCheck;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Topology;
using TrustedServe.Testing;

namespace TrustedServe.Protocol.Tests.Placement;

/// <summary>Reports travel as text through processes that need not be of one version.</summary>
public sealed class ReportTests
{
    [Fact]
    public void Worker_EveryThreadOfALaneCounts_AndThatOneIsNotBoundShows()
    {
        using var machine = new RecordedMachine(1, 8);
        var topology = TopologyReader.Read(machine.Root);
        var plan = PlacementPlanner.Plan(topology, [new ModelFacts("m", "1")], new PlacementWishes { LaneWidth = 2, HasFrontEnd = false }).Workers[0];
        var lanes = plan.Lanes.Select(lane => ThreadPlacement.Apply([lane.Cores[0]], null, new RecordedCalls())).ToList();
        var report = PlacementReport.Of(plan, lanes, [[1], [3], []], SystemCallResult.NotPermitted, null, topology.InstructionSets);
        var read = Assert.Single(PlacementReport.Parse(report.ToProperty()));
        Assert.Equal(["0-1", "2-3", "4-5", "6-7"], read.Lanes);
        Assert.Equal(["0-1", "2-3", "4", "6"], read.ActualLanes);
        Assert.Equal(("ok", "EPERM"), (read.Affinity, read.MemoryPolicy));
        Assert.Contains("AMX INT8", read.Instructions);
    }

    [Fact]
    public void FrontEnd_SaysWhatWasAskedAndWhatIs()
    {
        var applied = ThreadPlacement.Apply([0, 1], null, new RecordedCalls { Affinity = SystemCallResult.NotPermitted });
        var report = FrontEndReport.Of(new FrontEndPlan([4, 5], IsShared: false, "2 of 8 core(s)"), applied);
        Assert.Equal(report, FrontEndReport.Parse(report.ToProperty()));
        Assert.Equal(("4-5", "0-1", "EPERM"), (report.Cores, report.ActualCores, report.Affinity));
    }

    [Fact]
    public void AnyText_IsReadOrPassedOver()
    {
        string[] odd = ["[null]", "{}", "[{}]", "null", "[", "{\"cores\":1}", new string('[', 5_000), new string(' ', 2 << 20)];
        Gen.OneOf(Gen.String, Gen.Int[0, odd.Length - 1].Select(place => odd[place])).Sample(text =>
        {
            Assert.Empty(PlacementReport.Parse(text));
            Assert.Null(FrontEndReport.Parse(text));
        });
    }
}
