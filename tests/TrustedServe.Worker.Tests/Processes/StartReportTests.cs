using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Worker.Tests.Processes;

public sealed class StartReportTests(SealedStore store) : IClassFixture<SealedStore>
{
    [Fact]
    public async Task AfterTheStart_EverythingIsAHundredPercent_AndEveryPartHasEnded()
    {
        await using var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, "langid"));
        await worker.StepsAsync();
        var report = await worker.Control.ReadStartAsync(new ReadStartRequest());
        Assert.Equal((100u, 100u, 100u, true, "prepacked"), (report.FetchedPercent, report.UnsealedPercent, report.WarmedPercent, report.Ready, report.Weights));
        Assert.Equal(["attest", "configuration", "engine", "graph check", "lanes", "listener", "pipeline", "placement", "plan", "runtime", "session", "store", "unseal", "warm-up"], report.Spans.Select(span => span.Name).Order(StringComparer.Ordinal));
        Assert.InRange(report.AttestationSecondsLeft, 1, 12 * 60 * 60);
        Assert.All(report.Spans, span => Assert.True(span.HasEnded && span.Ended >= span.Started));
        TestContext.Current.TestOutputHelper!.WriteLine(string.Join('\n', report.Spans.Select(span => $"{span.Name,-10} {span.Started,8:0.000} {span.Ended,8:0.000}")));
    }

    [Fact]
    public async Task BeforeTheKey_NothingIsUnsealed_AndTheReportSaysWhatIsWaitedFor()
    {
        using var broker = new SilentBroker();
        await using var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, "digits", broker.Address));
        await worker.ListeningAsync();
        StartReport report;
        do
        {
            report = await worker.Control.ReadStartAsync(new ReadStartRequest());
        }
        while (report.Spans.All(span => span.Name != "attest"));

        Assert.Equal((0u, 0u, false, string.Empty), (report.UnsealedPercent, report.WarmedPercent, report.Ready, report.Weights));
        Assert.False(Assert.Single(report.Spans, span => span.Name == "attest").HasEnded);
    }
}
