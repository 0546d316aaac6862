using TrustedServe.Protocol.Rpc;
using TrustedServe.Testing;
using TrustedServe.Worker.Hosting;

namespace TrustedServe.Worker.Tests.Processes;

public sealed class LifetimeTests(SealedStore store) : IClassFixture<SealedStore>
{
    private const string WeightsPattern = "trustedserve-worker-*";

    [Fact]
    public async Task EndOfStandardInput_EndsTheProcess_AndLeavesNoPlaintextDirectory()
    {
        await using var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, "digits"));
        await worker.StepsAsync();
        var mine = OpenDirectories(worker.Id);
        Assert.Single(mine);
        worker.CloseInput();
        Assert.Equal(0, await worker.ExitAsync());
        Assert.All(mine, directory => Assert.False(Directory.Exists(directory)));
    }

    [Fact]
    public async Task EndOfStandardInput_InTheMiddleOfTheStart_EndsTheProcess()
    {
        using var broker = new SilentBroker();
        await using var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, "digits", broker.Address));
        await worker.ListeningAsync();
        worker.CloseInput();
        Assert.Equal(0, await worker.ExitAsync());
    }

    [Fact]
    public async Task Terminate_EndsWithZero_WhenTheTimeToDrainIsOver()
    {
        await using var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, "digits") with { DrainSeconds = 0 });
        await worker.StepsAsync();
        worker.Terminate();
        Assert.Equal(0, await worker.ExitAsync());
    }

    [Fact]
    public async Task Terminate_IsFollowedByAnswers_UntilTheFrontEndEnds_OrASecondSignalComes()
    {
        await using var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, "digits"));
        await worker.StepsAsync();
        worker.Terminate();
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.True((await worker.Inference.ServerReadyAsync(new ServerReadyRequest(), cancellationToken: TestContext.Current.CancellationToken)).Ready);
        worker.Terminate();
        Assert.Equal(0, await worker.ExitAsync());
    }

    [Fact]
    public async Task LeftoversOfAKilledWorker_AreSweptByTheNext_AndThoseOfALivingOneStay()
    {
        // A place of its own: elsewhere every worker that starts on this machine sweeps.
        using var weights = TemporaryDirectory.InMemory();
        await using var living = Start();
        await living.StepsAsync();
        string leftover;
        await using (var killed = Start())
        {
            await killed.StepsAsync();
            leftover = Assert.Single(OpenDirectories(killed.Id));
            File.WriteAllText(Path.Combine(leftover, "weights.bin"), "plaintext");
            killed.Kill();
            await killed.ExitAsync();
        }

        Assert.True(Directory.Exists(leftover));
        await using var next = Start();
        await next.StepsAsync();
        Assert.False(Directory.Exists(leftover));
        Assert.True(Directory.Exists(Assert.Single(OpenDirectories(living.Id))));

        WorkerProcess Start() => new(socket => WorkerProcess.Config(store, socket, "digits") with { WeightsDirectory = weights.Path });
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"model":"digits","version":"1","store":"/s","socket":"relative.sock","trust":{},"storeConnectionString":"AccountKey=hunter2"}""")]
    [InlineData("""{"model":"digits","model":"digits","version":"1","store":"/s","socket":"/s","trust":{},"storeConnectionString":"AccountKey=hunter2"}""")]
    [InlineData("""{"model":"digits","version":"1","store":"/s","socket":"/s","trust":{},"serveUnsealed":"AccountKey=hunter2"}""")]
    public async Task Rejects_AConfigurationThatIsNone_WithoutRepeatingIt(string line)
    {
        await using var worker = new WorkerProcess((string _) => line);
        Assert.Equal(ExitCodes.Refused, await worker.ExitAsync());
        Assert.Contains("TSF0002", worker.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", worker.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejects_AConfigurationOverItsLimit()
    {
        await using var worker = new WorkerProcess((string _) => new string(' ', 70_000));
        Assert.Equal(ExitCodes.Refused, await worker.ExitAsync());
    }

    // The directory that a process holds open (and locked) is the one that is its own.
    private static string[] OpenDirectories(int process) =>
        [.. Directory.EnumerateFileSystemEntries($"/proc/{process}/fd")
            .Select(file => new FileInfo(file).LinkTarget)
            .Where(target => target is not null && Path.GetFileName(target).StartsWith(WeightsPattern[..^1], StringComparison.Ordinal))
            .Distinct()!];
}
