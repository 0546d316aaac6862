using System.Text.Json;
using TrustedServe.Testing;

namespace TrustedServe.Cli.Tests;

public sealed class TopologyTests : IDisposable
{
    private readonly TemporaryDirectory work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public async Task Two_sockets_are_drawn_with_their_lanes()
    {
        using var machine = new RecordedMachine(2, 24, threads: 2);
        var (exitCode, output) = await RunAsync("--root", machine.Root, "--lane-width", "4");
        Assert.True(exitCode == 0, output);
        Assert.Contains("node 1", output, StringComparison.Ordinal);
        Assert.Contains("0+48 F F", output, StringComparison.Ordinal);
        Assert.Contains("47+95 L5 ·", output, StringComparison.Ordinal);
        Assert.Contains("6 × 4", output, StringComparison.Ordinal);
        Assert.Contains("AMX INT8", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Described_machine_is_planned_as_json()
    {
        File.WriteAllText(work["machine.json"], """{"nodeCores":[26,24]}""");
        var (exitCode, output) = await RunAsync("--machine", work["machine.json"], "--front-end-cores", "2", "--lane-width", "4", "--json");
        Assert.True(exitCode == 0, output);
        using var document = JsonDocument.Parse(output);
        var workers = document.RootElement.GetProperty("plan").GetProperty("workers").EnumerateArray().ToList();
        Assert.Equal([6, 6], workers.Select(worker => worker.GetProperty("lanes").GetArrayLength()));
    }

    [Fact]
    public async Task Models_that_divide_the_cores_are_drawn_each_with_its_letter()
    {
        File.WriteAllText(work["machine.json"], """{"nodeCores":[8,8]}""");
        foreach (var name in new[] { "first", "second" })
        {
            Assert.Equal(0, (await TrustedServeCommand.RunAsync(work.Path, work["home"], ["model", "pack", Path.Combine(Repository.Samples, "digits", "model.onnx"), "--name", name, "--out", work[name]])).ExitCode);
        }

        string[] models = ["--machine", work["machine.json"], "--models", work["first"], work["second"]];
        var (exitCode, shared) = await RunAsync(models);
        Assert.True(exitCode == 0, shared);
        Assert.Contains("7 L5", shared, StringComparison.Ordinal);
        Assert.Contains("2 models share the worker cores", shared, StringComparison.Ordinal);

        (exitCode, var divided) = await RunAsync([.. models, "--divide-cores"]);
        Assert.True(exitCode == 0, divided);
        Assert.Contains("7 A5", divided, StringComparison.Ordinal);
        Assert.Contains("15 B7", divided, StringComparison.Ordinal);
        Assert.Contains("A0 lane of first 1, B0 lane of second 1", divided.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recorded_machine_is_read_from_its_copy_as_it_was()
    {
        var (exitCode, here) = await RunAsync("--record", work["machine"], "--json");
        Assert.True(exitCode == 0, here);
        var (_, copied) = await RunAsync("--root", work["machine"], "--json");
        Assert.Equal(here, copied);
        Assert.Contains("\"memoryBytes\"", copied, StringComparison.OrdinalIgnoreCase);

        // Nothing but what topology is read from: the rest of /proc and /sys is nobody's business.
        var copies = Directory.EnumerateFiles(work["machine"], "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(work["machine"], file)).ToList();
        Assert.All(copies, file => Assert.True(file is "proc/cpuinfo" or "proc/self/cgroup" || file.StartsWith("sys/devices/system/", StringComparison.Ordinal) || file.StartsWith("sys/fs/cgroup/", StringComparison.Ordinal), file));
        Assert.Contains("sys/devices/system/cpu/online", copies);
    }

    [Fact]
    public async Task Recording_of_a_large_machine_draws_the_same()
    {
        using var machine = new RecordedMachine(4, 12, threads: 2, nodesPerSocket: 2).WithGroup("3-40", "0-3", "1600000 100000");
        var (exitCode, original) = await RunAsync("--root", machine.Root, "--record", work["copy"]);
        Assert.True(exitCode == 0, original);
        Assert.Equal(original, (await RunAsync("--root", work["copy"])).Output);

        (exitCode, var again) = await RunAsync("--root", machine.Root, "--record", work["copy"]);
        Assert.Equal(1, exitCode);
        Assert.Contains("TSF0008", again, StringComparison.Ordinal);
        (exitCode, again) = await RunAsync("--machine", work["bad.json"], "--record", work["other"]);
        Assert.NotEqual(0, exitCode);
        Assert.False(Directory.Exists(work["other"]));
    }

    [Theory]
    [InlineData("--machine", "bad.json", "TSF0002")]
    [InlineData("--root", "nowhere", "TSF0008")]
    [InlineData("--machine", "nowhere", "TSF0008")]
    [InlineData("--models", "nowhere", "TSF")]
    public async Task What_is_no_machine_is_said_with_a_code(string option, string value, string code)
    {
        File.WriteAllText(work["bad.json"], """{"nodeCores":[0]}""");
        var (exitCode, output) = await RunAsync(option, work[value]);
        Assert.Equal(1, exitCode);
        Assert.Contains(code, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Output)> RunAsync(params string[] arguments) => TrustedServeCommand.RunAsync(work.Path, work["home"], ["topology", .. arguments]);
}
