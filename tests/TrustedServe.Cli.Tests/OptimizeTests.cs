using System.Text.Json;
using TrustedServe.Testing;

namespace TrustedServe.Cli.Tests;

public sealed class OptimizeTests : IDisposable
{
    private static readonly string Digits = Path.Combine(Repository.Samples, "digits");
    private readonly TemporaryDirectory work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public async Task Optimised_package_is_compared_and_can_be_sealed()
    {
        await PackAsync();
        var (exitCode, output) = await RunAsync("model", "optimize", work["digits"], "--output", work["fast"], "--samples", Path.Combine(Digits, "heldout.jsonl"), "--json");
        Assert.Equal(0, exitCode);
        var report = JsonDocument.Parse(output).RootElement;
        Assert.Equal(402, report.GetProperty("rows").GetInt32());
        Assert.InRange(report.GetProperty("agreeingRows").GetInt32(), 400, 402);
        Assert.Equal("int8", report.GetProperty("precision").GetString());
        Assert.True(report.GetProperty("speedup").GetDouble() > 0);

        Assert.Contains("optimised by", (await RunAsync("model", "inspect", work["fast"])).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync("key", "create", "kbs:///a/b/digits", "--package", work["fast"])).ExitCode);
        Assert.Equal(0, (await RunAsync("model", "seal", work["fast"], "--key", "kbs:///a/b/digits", "--out", work["digits.tsealed"])).ExitCode);
    }

    [Theory]
    [InlineData("TSF1036", "--min-agreement", "2")]
    [InlineData("TSF1036", "--exclude", "none")]
    [InlineData("TSF1036", "--precision", "fp32", "--embeddings")]
    [InlineData("TSF0008", "--samples", "missing.jsonl")]
    public async Task Mistake_is_said_with_a_code_and_leaves_nothing(string code, params string[] arguments)
    {
        await PackAsync();
        var (exitCode, output) = await RunAsync(["model", "optimize", work["digits"], "--output", work["fast"], .. arguments]);
        Assert.Equal(1, exitCode);
        Assert.Contains(code, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(work.Path), path => path.Contains("fast", StringComparison.Ordinal));
    }

    private async Task PackAsync() => Assert.Equal(0, (await RunAsync("model", "pack", Path.Combine(Digits, "model.onnx"), "--name", "digits", "--task", "image-classification", "--labels", Path.Combine(Digits, "labels.txt"), "--warmup", Path.Combine(Digits, "heldout.jsonl"), "--out", work["digits"])).ExitCode);

    private Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => TrustedServeCommand.RunAsync(work.Path, work["home"], arguments);
}
