using Microsoft.Extensions.Time.Testing;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Workers;
using TrustedServe.Testing;
using TrustedServe.Worker.Hosting;
using TrustedServe.Worker.Starting;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Serving;

public sealed class AttestationAgeTests
{
    [Fact]
    public async Task Age_CountsFromTheAttesting_NotFromWhenTheStartComesToIt()
    {
        var time = new FakeTimeProvider();
        using var directory = new TemporaryDirectory();
        using var loader = PlainModelLoader.FromDirectory(SampleModels.DigitsManifest(), SampleModels.Digits, time);
        var config = new WorkerConfig { Model = "digits", Version = "1", Store = "/nowhere", Socket = directory["worker.sock"], Trust = new TrustConfig(), Lanes = 1, AttestationMaxAgeSeconds = 600 };
        var progress = new StartProgress(time, time.GetUtcNow());
        await using var early = EarlyLoader.Begin(loader, progress);
        await loader.Loaded.WaitAsync(TimeSpan.FromSeconds(30));
        time.Advance(TimeSpan.FromSeconds(100));

        await using var app = WorkerHost.Build(config, early, progress, time);
        await WorkerHost.StartAsync(app, config, CancellationToken.None);
        StartStep last = new();
        await foreach (var step in progress.WatchAsync(CancellationToken.None))
        {
            last = step;
        }

        Assert.Equal((StartStep.Types.Phase.Ready, "100.000"), (last.Phase, last.Details["attestation-age"]));
        await app.StopAsync();
    }
}
