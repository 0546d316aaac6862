using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Services;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Serving;

public sealed class LoadTests
{
    private const int Size = 512;
    private static readonly byte[] Matrix = new byte[Size * Size * sizeof(float)];

    [Fact]
    public async Task SixtyFourCallers_GetTheirOwnAnswers_NoneLostOrDoubled()
    {
        await using var worker = await TestWorker.DigitsAsync();
        var rows = SampleModels.DigitsRows();
        await Parallel.ForEachAsync(Enumerable.Range(0, 64), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (caller, _) =>
        {
            for (var i = 0; i < 20; i++)
            {
                var row = rows[((caller * 20) + i) % rows.Count];
                var request = Requests.Images(row.Image);
                request.Id = $"{caller}/{i}";
                var answer = await worker.Inference.ModelInferAsync(request);
                Assert.Equal(request.Id, answer.Id);
                Assert.All(row.Logits.Zip(answer.Floats("logits")), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
            }
        });
    }

    [Fact]
    public async Task Deadline_EndsARunningComputation_AndTheLaneGoesOn()
    {
        await using var worker = await SlowWorkerAsync(queue: 4);
        var exception = await Assert.ThrowsAsync<RpcException>(async () => await worker.Inference.ModelInferAsync(
            Slow(), deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(300)));
        Assert.Equal(TsfErrors.DeadlineExceeded, RpcErrors.FromRpc(exception).Error);
        await LaneIsFreeAsync(worker);
    }

    [Fact]
    public async Task Cancellation_EndsARunningComputation_AndTheLaneGoesOn()
    {
        await using var worker = await SlowWorkerAsync(queue: 4);
        using var leaving = new CancellationTokenSource();
        var call = worker.Inference.ModelInferAsync(Slow(), cancellationToken: leaving.Token);
        await WaitForAsync(() => Scheduler(worker).Lanes[0].Current is not null);
        await leaving.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(async () => await call)).StatusCode);
        await LaneIsFreeAsync(worker);
    }

    [Fact]
    public async Task FullLine_RefusesWithRetryAfter_AndLeavingCallersFreeTheirPlaces()
    {
        await using var worker = await SlowWorkerAsync(queue: 1);
        using var leaving = new CancellationTokenSource();
        var running = worker.Inference.ModelInferAsync(Slow(), cancellationToken: leaving.Token);
        await WaitForAsync(() => Scheduler(worker).Lanes[0].Current is not null);
        var waiting = worker.Inference.ModelInferAsync(Slow(), cancellationToken: leaving.Token);
        await WaitForAsync(() => Scheduler(worker).Waiting == 1);
        var refused = await worker.RefusedAsync(Slow());
        Assert.Equal((TsfErrors.Overloaded, 1), (refused.Error, refused.RetryAfterSeconds));
        await leaving.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(async () => await running);
        await Assert.ThrowsAsync<RpcException>(async () => await waiting);
        await LaneIsFreeAsync(worker);
    }

    // Many seconds of work on one core, in steps of milliseconds.
    private static Task<TestWorker> SlowWorkerAsync(int queue) => TestWorker.TensorsAsync(
        OnnxGraph.Squares(Size, 3000), [new("in", Datatype.Fp32, [Size, Size])], [new("out", Datatype.Fp32, [Size, Size])], lanes: 1, queue);

    private static ModelInferRequest Slow() => Requests.One("tensors", "in", Datatype.Fp32, [Size, Size], Matrix);

    private static Worker.Lanes.LaneScheduler Scheduler(TestWorker worker) =>
        worker.Services.GetRequiredService<ModelSlot>().Get("tensors", "").Scheduler;

    private static Task LaneIsFreeAsync(TestWorker worker) =>
        WaitForAsync(() => Scheduler(worker) is { Waiting: 0 } scheduler && scheduler.Lanes[0].Current is null);

    private static async Task WaitForAsync(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 1000, "What was waited for did not come.");
            await Task.Delay(10);
        }
    }
}
