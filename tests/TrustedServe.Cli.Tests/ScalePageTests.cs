using System.Globalization;
using System.Text.Json;
using TrustedServe.Testing;

namespace TrustedServe.Cli.Tests;

/// <summary>Figures and plots of the page on scaling come from the commands that stand in it.</summary>
public sealed class ScalePageTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "deploy", "TrustedServe.Kubernetes", "Simulation");
    private static readonly string Page = File.ReadAllText(Path.Combine(Folder, "SCALE.md"));

    /// <summary>The commands of the page.</summary>
    public static TheoryData<string> Commands => [.. Page.Split('\n').Where(line => line.StartsWith("trustedserve deploy simulate", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Command_gives_the_plot_and_the_row_beside_it(string command)
    {
        using var work = new TemporaryDirectory();
        var arguments = command.Split(' ')[1..];
        var drawing = arguments[^1];
        var (exitCode, output) = await TrustedServeCommand.RunAsync(work.Path, work["home"], [.. arguments, "--json"]);
        Assert.True(exitCode == 0, output);
        using var result = JsonDocument.Parse(output);
        Assert.Contains(Row(Path.GetFileNameWithoutExtension(drawing), result.RootElement), Page, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(Path.Combine(Folder, drawing)), File.ReadAllText(work[drawing]));
        Assert.Contains($"({drawing})", Page, StringComparison.Ordinal);
    }

    private static string Row(string name, JsonElement result)
    {
        string Number(string property, string format) => result.GetProperty(property).GetDouble().ToString(format, CultureInfo.InvariantCulture);
        return $"| {name} | {Number("p50", "0.00")} | {Number("p95", "0.00")} | {Number("p99", "0.00")} | {Number("longest", "0.00")} | {Number("maxBacklog", "0")} | {Number("maxReplicas", "0")} | {Number("replicaHours", "0.0")} | {Number("coldStarts", "0")} |";
    }
}
