using System.Text.Json;
using TrustedServe.Testing;

namespace TrustedServe.Cli.Tests;

public sealed class SimulateTests : IDisposable
{
    private readonly TemporaryDirectory work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public async Task Own_trace_is_played_and_drawn()
    {
        File.WriteAllText(work["trace.csv"], "seconds,perSecond\n0,0\n60,20\n300,0\n900,0\n");
        var (exitCode, output) = await RunAsync("--trace", work["trace.csv"], "--per-instance", "10", "--cold-start", "20", "--svg", work["plot.svg"], "--json");
        Assert.True(exitCode == 0, output);
        using var result = JsonDocument.Parse(output);
        Assert.InRange(result.RootElement.GetProperty("arrived").GetDouble(), 4_800 * 0.9, 4_800 * 1.1);
        Assert.True(result.RootElement.GetProperty("coldStarts").GetInt32() >= 2);
        Assert.Equal(0, result.RootElement.GetProperty("unserved").GetDouble());
        var drawing = File.ReadAllText(work["plot.svg"]);
        Assert.StartsWith("<svg", drawing, StringComparison.Ordinal);
        Assert.Contains("backlog", drawing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task People_see_a_table_and_what_it_means()
    {
        var (exitCode, output) = await RunAsync("--trace", "burst", "--rate", "5000", "--max", "10");
        Assert.True(exitCode == 0, output);
        Assert.Contains("latency p50 / p95 / p99", output, StringComparison.Ordinal);
        Assert.Contains("needs 50 instances", output, StringComparison.Ordinal);
        Assert.Contains("2000 messages/s", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TSF7080", "--trace", "nowhere.csv")]
    [InlineData("TSF7080", "--rate", "-1")]
    [InlineData("TSF7080", "--rate", "1e30")]
    [InlineData("TSF7081", "--min", "5", "--max", "4")]
    [InlineData("TSF7081", "--target", "0")]
    [InlineData("TSF7081", "--cold-start", "-1")]
    [InlineData("TSF7081", "--jobs", "accurate", "--metric", "rate")]
    [InlineData("TSF0010", "--up-policies", "percent:100")]
    [InlineData("TSF0010", "--down-policies", "0:1:1")]
    public async Task What_nobody_would_take_is_refused_with_a_code(string code, params string[] arguments)
    {
        var (exitCode, output) = await RunAsync(arguments);
        Assert.Equal(1, exitCode);
        Assert.Contains(code, output, StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) =>
        TrustedServeCommand.RunAsync(work.Path, work["home"], ["deploy", "simulate", .. arguments]);
}
