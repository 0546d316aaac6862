using TrustedServe.Worker.Lanes;

namespace TrustedServe.Worker.Tests.Lanes;

public sealed class CpuAffinityTests
{
    [Fact]
    public void Pin_KeepsAThreadOnItsCore_AndLeavesOthersAlone()
    {
        var before = CpuAffinity.AllowedCores();
        int[] pinned = [];
        var error = -1;
        var thread = new Thread(() =>
        {
            error = CpuAffinity.Pin(before[^1]);
            pinned = CpuAffinity.AllowedCores();
        });
        thread.Start();
        thread.Join();
        Assert.Equal(0, error);
        Assert.Equal([before[^1]], pinned);
        Assert.Equal(before, CpuAffinity.AllowedCores());
    }

    [Fact]
    public void Pin_ACoreThatIsNotThere_ReportsTheSystemsError() => Assert.NotEqual(0, CpuAffinity.Pin(8191));
}
