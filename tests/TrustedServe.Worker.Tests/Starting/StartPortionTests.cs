using TrustedServe.Worker.Starting;

namespace TrustedServe.Worker.Tests.Starting;

public sealed class StartPortionTests
{
    [Fact]
    public void Percent_GrowsToAHundred_AndNeverFallsBack()
    {
        var portion = new StartPortion();
        Assert.Equal(0u, portion.Percent);
        portion.Expect(1000);
        portion.Report(500);
        portion.Report(250);
        Assert.Equal(50u, portion.Percent);
        portion.Report(999);
        Assert.Equal(99u, portion.Percent);
        portion.Report(5000);
        Assert.Equal(100u, portion.Percent);
        portion.Expect(1000); // begun again
        Assert.Equal(0u, portion.Percent);
    }

    [Fact]
    public void Finish_IsAHundred_EvenOfNothing()
    {
        var portion = new StartPortion();
        portion.Expect(0);
        portion.Finish();
        Assert.Equal(100u, portion.Percent);
    }
}
