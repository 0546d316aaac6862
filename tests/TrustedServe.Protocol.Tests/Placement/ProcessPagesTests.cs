using TrustedServe.Protocol.Placement;
using TrustedServe.Testing;

namespace TrustedServe.Protocol.Tests.Placement;

public sealed class ProcessPagesTests
{
    [Theory]
    [InlineData("7f00 default anon=300 dirty=300 N0=100 N1=200 kernelpagesize_kB=4\n7f10 default file=/lib/x mapped=9 N0=9 kernelpagesize_kB=4", "node 0: 33 %, node 1: 66 %")]
    [InlineData("7f00 bind:1 anon=1 dirty=1 N1=1 kernelpagesize_kB=2048\n7f10 default heap anon=512 N0=512 kernelpagesize_kB=4", "node 0: 50 %, node 1: 50 %")]
    [InlineData("7f00 default stack\n\nN= Nx=3 N0 N99999=1 =5", "no pages")]
    [InlineData("7f00 default anon=1 N0=99999999999 N1=7 kernelpagesize_kB=4", "node 0: 0 %, node 1: 100 %")]
    public void Own_SumsWhatNoFileStandsBehind(string text, string expected)
    {
        using var machine = new RecordedMachine(1, 1).Write("proc/self/numa_maps", text);
        Assert.Equal(expected, ProcessPages.Own(machine.Root).ToString());
    }

    [Fact]
    public void Own_OfThisProcess_GrowsByWhatItWrites()
    {
        // Other tests of this process give memory back meanwhile, now and then more than is written here; not every time.
        const int Attempts = 20;
        const int Quarter = (32 << 20) / 4096;
        var grown = 0;
        for (var attempt = 0; attempt < Attempts && grown < Quarter; attempt++)
        {
            var before = ProcessPages.Own();
            if (!before.Result.Succeeded)
            {
                return;
            }

            var written = new byte[128 << 20];
            Array.Fill(written, (byte)1);
            grown = ProcessPages.Own().Asked - before.Asked;
            GC.KeepAlive(written);
        }

        Assert.InRange(grown, Quarter, int.MaxValue);
    }

    [Fact]
    public void Own_OnAKernelThatDoesNotSay_IsNotKnown()
    {
        using var machine = new RecordedMachine(1, 1);
        Assert.Equal("not known (ENOSYS)", ProcessPages.Own(machine.Root).ToString());
    }
}
