using Grpc.Core;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Worker.Hosting;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Processes;

public sealed class AttestAgainTests
{
    private const string AttestedAgain = "Attested again";

    // A worker attests again when a quarter of the age is left: as long as a loaded machine may need for it.
    private const int MaxAgeSeconds = 15;

    [Fact]
    public async Task BrokerThatGoesAway_LetsTheWorkerServeUntilTheAgeIsOver_ThenItEndsWithFour()
    {
        await using var store = new SealedStore();
        await store.InitializeAsync();
        await using var worker = await ServingAsync(store);
        await worker.SaysAsync(AttestedAgain);
        await store.StopBrokerAsync();
        Assert.NotNull(await worker.Inference.ModelInferAsync(Requests.Images(SampleModels.DigitsRows()[0].Image)));

        try
        {
            for (var i = 0; (await worker.Inference.ModelReadyAsync(new ModelReadyRequest { Name = "digits" })).Ready; i++)
            {
                Assert.True(i < 3000, worker.Output);
                await Task.Delay(10, TestContext.Current.CancellationToken);
            }

            await worker.Inference.ModelInferAsync(Requests.Images(SampleModels.DigitsRows()[0].Image));
            Assert.Fail("It answers without an attestation.");
        }
        catch (RpcException refused) when (refused.StatusCode == StatusCode.Unavailable)
        {
            // Without a code nobody was there any more: it stays for two seconds only.
            Assert.True(!RpcErrors.HasCode(refused) || RpcErrors.FromRpc(refused).Error == TsfErrors.AttestationExpired, refused.Message);
        }

        Assert.Equal(ExitCodes.Retryable, await worker.ExitAsync());
        await worker.SaysAsync("the worker stops serving: TSF");
    }

    [Fact]
    public async Task ReleaseThatIsWithdrawn_EndsTheWorkerWithThree()
    {
        await using var store = new SealedStore();
        await store.InitializeAsync();
        await using var worker = await ServingAsync(store);
        await store.AllowAsync(new string('a', 96));
        Assert.Equal(ExitCodes.Refused, await worker.ExitAsync());
        Assert.Contains("the worker stops serving: TSF3", worker.Output, StringComparison.Ordinal);
    }

    private static async Task<WorkerProcess> ServingAsync(SealedStore store)
    {
        var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, "digits") with { AttestationMaxAgeSeconds = MaxAgeSeconds });
        Assert.Equal(StartStep.Types.Phase.Ready, (await worker.StepsAsync())[^1].Phase);
        return worker;
    }
}
