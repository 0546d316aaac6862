using Microsoft.Extensions.DependencyInjection;
using TrustedServe.Protocol.Calls;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Lanes;
using TrustedServe.Worker.Services;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Serving;

/// <summary>The front end's short way to the worker: the same answers, refusals and ends as over gRPC.</summary>
public sealed class CallSocketTests
{
    private const int Size = 240;
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task SixtyFourCallers_GetTheirOwnAnswers_AsOverGrpc()
    {
        await using var worker = await TestWorker.DigitsAsync();
        using var client = Connect(worker);
        var rows = SampleModels.DigitsRows();
        await Parallel.ForEachAsync(Enumerable.Range(0, 64), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (caller, _) =>
        {
            for (var i = 0; i < 20; i++)
            {
                var row = rows[((caller * 20) + i) % rows.Count];
                var request = Requests.Images(row.Image);
                request.Id = $"{caller}/{i}";
                var answer = await client.InferAsync(request, Long, CancellationToken.None);
                Assert.Equal(request.Id, answer.Id);
                Assert.All(row.Logits.Zip(answer.Floats("logits")), pair => Assert.Equal(pair.First, pair.Second, 1e-3f));
            }
        });
    }

    [Fact]
    public async Task BadRequest_FailsAlone_WithTheCodeOfGrpc()
    {
        await using var worker = await TestWorker.DigitsAsync();
        using var client = Connect(worker);
        var good = Requests.Images(SampleModels.DigitsRows()[0].Image);
        foreach (var spoil in new Action<ModelInferRequest>[] { request => request.ModelName = "other", request => request.Inputs.Clear(), request => request.RawInputContents.Clear() })
        {
            var bad = good.Clone();
            spoil(bad);
            var overGrpc = await worker.RefusedAsync(bad);
            var refused = await Assert.ThrowsAsync<TsfException>(() => client.InferAsync(bad, Long, CancellationToken.None));
            Assert.Equal((overGrpc.Error, overGrpc.Message, overGrpc.RetryAfterSeconds), (refused.Error, refused.Message, refused.RetryAfterSeconds));
            Assert.NotEmpty((await client.InferAsync(good, Long, CancellationToken.None)).Outputs);
        }
    }

    [Fact]
    public async Task DeadlineOrCallerWhoLeaves_EndsARunningComputation_AndTheLaneGoesOn()
    {
        await using var worker = await SlowWorkerAsync();
        using var client = Connect(worker);
        var late = await Assert.ThrowsAsync<TsfException>(() => client.InferAsync(Slow(), TimeSpan.FromMilliseconds(200), CancellationToken.None));
        Assert.Equal(TsfErrors.DeadlineExceeded, late.Error);
        await LaneIsFreeAsync(worker);

        using var leaving = new CancellationTokenSource();
        var call = client.InferAsync(Slow(), Long, leaving.Token);
        await WaitForAsync(() => Scheduler(worker).Lanes[0].Current is not null);
        await leaving.CancelAsync();
        Assert.Equal(TsfErrors.Cancelled, (await Assert.ThrowsAsync<TsfException>(() => call)).Error);
        await LaneIsFreeAsync(worker);
    }

    [Fact]
    public async Task ConnectionThatEnds_FreesWhatItsCallsHeld()
    {
        await using var worker = await SlowWorkerAsync();
        using var client = Connect(worker);
        var running = client.InferAsync(Slow(), Long, CancellationToken.None);
        await WaitForAsync(() => Scheduler(worker).Lanes[0].Current is not null);
        var waiting = client.InferAsync(Slow(), Long, CancellationToken.None);
        await WaitForAsync(() => Scheduler(worker).Waiting == 1);
        client.Dispose();

        Assert.Equal(TsfErrors.WorkerLost, (await Assert.ThrowsAsync<TsfException>(() => running)).Error);
        Assert.Equal(TsfErrors.WorkerLost, (await Assert.ThrowsAsync<TsfException>(() => waiting)).Error);
        await LaneIsFreeAsync(worker);
    }

    [Fact]
    public async Task Socket_IsForItsUserAlone_AndGoesWithTheWorker()
    {
        string path;
        await using (var worker = await TestWorker.DigitsAsync())
        {
            path = CallSocket.PathOf(worker.Config.Socket);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        Assert.False(File.Exists(path));
    }

    private static CallClient Connect(TestWorker worker) => CallClient.Connect(CallSocket.PathOf(worker.Config.Socket), worker.Config.MaxMessageBytes, TimeProvider.System);

    // Many seconds of work on one core, in steps of a millisecond.
    private static Task<TestWorker> SlowWorkerAsync() => TestWorker.TensorsAsync(
        OnnxGraph.Squares(Size, 8_000), [new("in", Datatype.Fp32, [Size, Size])], [new("out", Datatype.Fp32, [Size, Size])], lanes: 1, queue: 4);

    private static ModelInferRequest Slow() => Requests.One("tensors", "in", Datatype.Fp32, [Size, Size], new byte[Size * Size * sizeof(float)]);

    private static LaneScheduler Scheduler(TestWorker worker) => worker.Services.GetRequiredService<ModelSlot>().Get("tensors", "").Scheduler;

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
