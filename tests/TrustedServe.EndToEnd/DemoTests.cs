using TrustedServe.Testing;

namespace TrustedServe.EndToEnd;

public sealed class DemoTests
{
    [Fact]
    public async Task Demo_runs_every_step_and_all_is_as_expected()
    {
        using var home = new TemporaryDirectory();
        var (exitCode, output) = await TrustedServeCommand.RunAsync(home.Path, home.Path, "demo", "--once");
        Assert.True(exitCode == 0, output);
        Assert.Matches(@"all \d+ checks as expected", output);
        Assert.Contains("SIMULATED", output, StringComparison.Ordinal);
        foreach (var code in new[] { "TSF1005", "TSF1008", "TSF1010" })
        {
            Assert.Contains(code, output, StringComparison.Ordinal);
        }
    }
}
