using TrustedServe.Protocol.Rpc;
using TrustedServe.Worker.Hosting;

namespace TrustedServe.Worker.Tests.Processes;

public sealed class UnknownMeasurementTests(SealedStore store) : IClassFixture<SealedStore>
{
    [Fact]
    public async Task WorkerThatTheBrokerDoesNotKnow_GetsNoKey_AndEndsWithThree()
    {
        await store.AllowAsync(new string('a', 96));
        await using var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, "digits"));
        var steps = await worker.StepsAsync();
        Assert.Equal([StartStep.Types.Phase.Hardened, StartStep.Types.Phase.Failed], steps.Select(step => step.Phase));
        Assert.StartsWith("TSF3", steps[^1].Code, StringComparison.Ordinal);
        Assert.False(steps[^1].Retryable);
        Assert.Equal(ExitCodes.Refused, await worker.ExitAsync());
    }
}
