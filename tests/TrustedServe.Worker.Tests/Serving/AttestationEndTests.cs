using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Hosting;
using TrustedServe.Worker.Services;
using TrustedServe.Worker.Starting;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Serving;

public sealed class AttestationEndTests
{
    private const int Size = 512;

    // What this test does while the renewal is asked for has a fifth of it: as long as a loaded machine may need.
    private const int MaxAgeSeconds = 15;

    [Fact]
    public async Task RefusedRenewal_StopsNewRequests_FinishesThoseInHand_AndEndsWithThree()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var refuse = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var loader = TestWorker.Tensors(
            OnnxGraph.Squares(Size, 100), [new("in", Datatype.Fp32, [Size, Size])], [new("out", Datatype.Fp32, [Size, Size])]);
        loader.AttestAgain = _ =>
        {
            asked.TrySetResult();
            return refuse.Task;
        };
        await using var worker = await TestWorker.StartAsync(loader, "tensors", lanes: 1, maxAgeSeconds: MaxAgeSeconds);
        Assert.Equal(StartStep.Types.Phase.Ready, (await worker.StepsAsync())[^1].Phase);
        var ended = worker.EndedAsync();
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var inHand = worker.Inference.ModelInferAsync(Requests.One("tensors", "in", Datatype.Fp32, [Size, Size], new byte[Size * Size * sizeof(float)])).ResponseAsync;
        var lane = worker.Services.GetRequiredService<ModelSlot>().Get("tensors", "").Scheduler.Lanes[0];
        for (var i = 0; lane.Current is null && !inHand.IsCompleted; i++)
        {
            Assert.True(i < 2000, "The request did not come to its lane.");
            await Task.Delay(5);
        }

        refuse.SetException(TsfErrors.KeyDenied.With("Not any more."));

        for (var i = 0; (await worker.Inference.ModelReadyAsync(new ModelReadyRequest { Name = "tensors" })).Ready; i++)
        {
            Assert.True(i < 2000, "It still says that it is ready.");
            await Task.Delay(5);
        }

        var refused = RpcErrors.FromRpc(await Assert.ThrowsAsync<RpcException>(async () => await worker.Inference.ModelInferAsync(new ModelInferRequest { ModelName = "tensors" })));
        Assert.Equal(TsfErrors.AttestationExpired, refused.Error);
        Assert.NotNull(refused.RetryAfterSeconds);
        Assert.Equal("tensors", (await inHand).ModelName);
        await ended.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(ExitCodes.Refused, worker.Services.GetRequiredService<StartOutcome>().ExitCode);
    }
}
