using System.Diagnostics;
using System.Text.Json;

namespace TrustedServe.Benchmarks.Tests;

/// <summary>The command that measures the targets, with one that needs no other program.</summary>
public sealed class TargetsCommandTests
{
    [Fact]
    public async Task Target_is_measured_in_rounds_beside_what_it_is_compared_with()
    {
        var (exitCode, output) = await RunAsync("targets", "--quick", "--rounds", "2", "--json", "unseal");
        Assert.Equal(0, exitCode);
        using var report = JsonDocument.Parse(output);
        Assert.Equal(2, report.RootElement.GetProperty("rounds").GetInt32());
        var row = Assert.Single(report.RootElement.GetProperty("rows").EnumerateArray());
        Assert.Equal("≥ 0.8", row.GetProperty("wanted").GetString());
        Assert.All(row.GetProperty("rounds").EnumerateArray(), round => Assert.True(round.GetDouble() > 0));
        Assert.Equal(2, row.GetProperty("rounds").GetArrayLength());
    }

    [Fact]
    public async Task Unknown_target_is_named_and_so_are_those_that_there_are()
    {
        var (exitCode, output) = await RunAsync("targets", "speed");
        Assert.Equal(2, exitCode);
        Assert.Contains("speed: the targets are trust, ", output, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "TrustedServe.Benchmarks.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        var errors = process.StandardError.ReadToEndAsync(limit.Token);
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return (process.ExitCode, output + (process.ExitCode == 0 ? "" : await errors));
    }
}
