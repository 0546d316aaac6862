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
        if (Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "node"))))
        {
            Assert.Contains("a batch job of 1,000 rows: 1000 answers, 1000 as expected", output, StringComparison.Ordinal);
        }

        foreach (var code in new[] { "TSF1005", "TSF1008", "TSF1010" })
        {
            Assert.Contains(code, output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Demo_without_node_says_what_is_missing_and_runs_the_rest()
    {
        using var home = new TemporaryDirectory();
        File.CreateSymbolicLink(home["dotnet"], Tool("dotnet"));
        using var demo = TrustedServeCommand.Start(home.Path, home.Path, path: home.Path, ["demo", "--once"]);
        Assert.True(await demo.WaitAsync() == 0, demo.Output);
        Assert.Matches(@"queue step is left out: 'node' is not on the PATH", demo.Output);
        Assert.Matches(@"all \d+ checks as expected", demo.Output);
    }

    private static string Tool(string name) => Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(folder => Path.Combine(folder, name)).First(File.Exists);
}
