using System.Text.Json;
using TrustedServe.Testing;

namespace TrustedServe.Cli.Tests.Deploy;

/// <summary><c>trustedserve deploy check</c> as people and pipelines run it.</summary>
public sealed class DeployCheckTests : IDisposable
{
    private static readonly string NaiveChart = Path.Combine(Repository.Root, "tests", "TrustedServe.Kubernetes.Tests", "Checks", "Assets", "naive-chart.yaml");

    private readonly TemporaryDirectory home = new();

    public void Dispose() => home.Dispose();

    [Fact]
    public async Task Shows_a_naive_charts_weaknesses_with_place_and_remedy()
    {
        File.Copy(NaiveChart, Path.Combine(home.Path, "chart.yaml"));
        var (exitCode, output) = await RunAsync("chart.yaml");
        Assert.Equal(1, exitCode);
        Assert.All(
            ["TSK001", "TSK006", "TSK034", "TSK040", "TSK044", "TSK053", "TSK060", "TSK061", "chart.yaml:18:9", "96 vCPUs"],
            expected => Assert.Contains(expected, output));
        Assert.True(output.IndexOf("errors", StringComparison.Ordinal) < output.IndexOf("warnings", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Prints_findings_for_machines()
    {
        var (exitCode, output) = await RunAsync(NaiveChart, "--json", "--ignore", "TSK001", "--ignore", "TSK020");
        Assert.Equal(1, exitCode);
        using var report = JsonDocument.Parse(output);
        var findings = report.RootElement.GetProperty("findings").EnumerateArray().ToList();
        Assert.Equal(4, report.RootElement.GetProperty("objects").GetInt32());
        Assert.True(report.RootElement.GetProperty("ignored").GetInt32() >= 4);
        Assert.DoesNotContain(findings, finding => finding.GetProperty("code").GetString() is "TSK001" or "TSK020");
        var bare = Assert.Single(findings, finding => finding.GetProperty("code").GetString() == "TSK060");
        Assert.Equal(("error", "Pod/torchserve/frontend", "kind", 43), (bare.GetProperty("severity").GetString(), bare.GetProperty("object").GetString(), bare.GetProperty("path").GetString(), bare.GetProperty("line").GetInt32()));
    }

    [Fact]
    public async Task Reads_folders_and_fails_on_warnings_only_when_asked()
    {
        var folder = Directory.CreateDirectory(Path.Combine(home.Path, "manifests", "inner")).FullName;
        File.WriteAllText(Path.Combine(folder, "a.yml"), "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: a}\nspec: {maxUnavailable: 0}\n");
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "no manifest");
        var (exitCode, output) = await RunAsync("manifests");
        Assert.Equal(0, exitCode);
        Assert.Contains("1 objects: 0 errors, 1 warnings", output);
        Assert.Equal(1, (await RunAsync("manifests", "--strict")).ExitCode);
    }

    [Theory]
    [InlineData("TSF7021")]
    [InlineData("TSF7021", "empty")]
    [InlineData("TSF7020", "chart")]
    [InlineData("TSF7020", "broken.yaml")]
    [InlineData("TSF7020", "latin.yaml")]
    [InlineData("TSF7022", "good.yaml", "--cluster", "--kubeconfig", "absent")]
    public async Task Refuses_what_it_cannot_check(string code, params string[] arguments)
    {
        Directory.CreateDirectory(Path.Combine(home.Path, "empty"));
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(home.Path, "chart")).FullName, "Chart.yaml"), "apiVersion: v2\nname: a\n");
        File.WriteAllText(Path.Combine(home.Path, "broken.yaml"), "a: [");
        File.WriteAllBytes(Path.Combine(home.Path, "latin.yaml"), [0x61, 0xff]);
        File.WriteAllText(Path.Combine(home.Path, "good.yaml"), "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n");
        var (exitCode, output) = await RunAsync(arguments);
        Assert.Equal(1, exitCode);
        Assert.Contains(code, output);
    }

    [Fact]
    public async Task Lists_every_code() => Assert.Contains("TSK111", (await RunAsync("--list")).Output);

    private Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => TrustedServeCommand.RunAsync(home.Path, home.Path, ["deploy", "check", .. arguments]);
}
