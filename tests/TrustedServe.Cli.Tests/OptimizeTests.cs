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

    [Fact]
    public async Task Report_is_a_table_of_agreement_differences_size_and_speed()
    {
        await PackAsync("--batch-rows", "4", "--batch-delay", "2");
        Assert.Contains("4 rows a run, 2 ms delay", (await RunAsync("model", "inspect", work["digits"])).Output, StringComparison.Ordinal);
        var (exitCode, output) = await RunAsync("model", "optimize", work["digits"], "--output", work["fast"], "--samples", Path.Combine(Digits, "heldout.jsonl"), "--merge", "true");
        Assert.Equal(0, exitCode);
        foreach (var row in (string[])["optimised digits 1", "│ precision ", "│ nodes in 8 bits ", "│ same best class ", " of 402 rows (", "│ largest difference ", "│ mean difference ", "│ size ", " → ", "│ time a row, one thread ", "│ speed ", " × ", "│ engine ", "level extended"])
        {
            Assert.Contains(row, output, StringComparison.Ordinal);
        }

        // What is not typed stays as the package has it.
        Assert.Contains("4 rows a run, 2 ms delay, callers share runs", (await RunAsync("model", "inspect", work["fast"])).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TSF1036", "--min-agreement", "2")]
    [InlineData("TSF1001", "--batch-rows", "0")]
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

    private async Task PackAsync(params string[] arguments) => Assert.Equal(0, (await RunAsync(["model", "pack", Path.Combine(Digits, "model.onnx"), "--name", "digits", "--task", "image-classification", "--labels", Path.Combine(Digits, "labels.txt"), "--warmup", Path.Combine(Digits, "heldout.jsonl"), "--out", work["digits"], .. arguments])).ExitCode);

    private Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => TrustedServeCommand.RunAsync(work.Path, work["home"], arguments);
}
