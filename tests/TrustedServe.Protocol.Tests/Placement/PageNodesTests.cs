using System.Runtime.InteropServices;
using TrustedServe.Protocol.Placement;
using TrustedServe.Testing;

namespace TrustedServe.Protocol.Tests.Placement;

public sealed unsafe class PageNodesTests
{
    [Fact]
    public void Query_MemoryThatWasWritten_LiesOnANode()
    {
        const int Length = 3 << 20;
        var memory = NativeMemory.AlignedAlloc(Length, 4096);
        try
        {
            NativeMemory.Fill(memory, Length, 1);
            var pages = PageNodes.Query((nint)memory, Length);
            Assert.SkipUnless(pages.Result.Succeeded, $"the sandbox answers {pages.Result}");
            Assert.Equal(Length / Environment.SystemPageSize, pages.Asked);
            Assert.Equal(pages.Asked - pages.Absent, pages.ByNode.Values.Sum());
            Assert.Equal(0, pages.Absent);
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    [Fact]
    public void OfFile_AMappedFile_LiesOnANode()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["weights"], new byte[5_000_000]);
        var pages = PageNodes.OfFile(directory["weights"]);
        Assert.SkipUnless(pages.Result.Succeeded, $"the sandbox answers {pages.Result}");
        Assert.Equal(1024, pages.Asked);
        Assert.NotEmpty(pages.ByNode);
    }

    [Fact]
    public void OfFile_AnEmptyFile_HasNoPages()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["empty"], []);
        Assert.Equal("no pages", PageNodes.OfFile(directory["empty"]).ToString());
    }

    [Fact]
    public void Query_AnotherMachine_CountsByNodeAndLeavesOutWhatIsNotThere()
    {
        var pages = PageNodes.Query(4096 * 10 + 5, 4096 * 8, new RecordedCalls { NodeOfPage = index => index == 8 ? -2 : index % 4 == 0 ? 0 : 1 });
        Assert.Equal(9, pages.Asked);
        Assert.Equal(1, pages.Absent);
        Assert.Equal("node 0: 25 %, node 1: 75 %", pages.ToString());
    }

    [Fact]
    public void Query_ASandboxThatRefuses_IsAnAnswer() =>
        Assert.Equal("not known (EPERM)", PageNodes.Query(4096, 4096, new RecordedCalls { Pages = SystemCallResult.NotPermitted }).ToString());
}
