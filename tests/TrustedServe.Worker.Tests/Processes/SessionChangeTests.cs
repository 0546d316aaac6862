using Grpc.Core;
using Microsoft.ML.OnnxRuntime;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Protocol.Topology;
using TrustedServe.Protocol.Workers;
using TrustedServe.Testing;
using TrustedServe.Worker.Sessions;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Processes;

public sealed class SessionChangeTests(LargeStore store) : IClassFixture<LargeStore>
{
    private const int Callers = 4;
    private const int CallsAfterwards = 25;

    [Fact]
    public async Task Change_UnderConstantLoad_FailsNoRequest_AndChangesNoAnswer()
    {
        var expected = Expected();
        await using var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, LargeStore.Name));
        await worker.ListeningAsync();
        var prepacked = false;
        var load = Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(worker, caller, expected, () => Volatile.Read(ref prepacked)))).ToArray();
        await UntilPrepackedAsync(worker);
        Volatile.Write(ref prepacked, true);
        Assert.InRange((await Task.WhenAll(load)).Sum(), (Callers * CallsAfterwards) + 1, int.MaxValue);

        // Nothing of the plaintext is left: no file, and no mapping of one.
        Assert.DoesNotContain("weights.bin", await File.ReadAllTextAsync($"/proc/{worker.Id}/maps"), StringComparison.Ordinal);
        await worker.SaysAsync("\"EventId\":5012");

        // Where they lie now is logged, and said to who asks.
        var placement = Assert.Single(PlacementReport.Parse((await worker.Inference.ModelMetadataAsync(new ModelMetadataRequest { Name = LargeStore.Name })).Properties[PlacementReport.Property]));
        Assert.Contains($"the worker\\u0027s memory lies on {placement.Weights}", worker.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(WeightsMode.Auto, 1, "mapped")]
    [InlineData(WeightsMode.Mapped, 1, "mapped")]
    [InlineData(WeightsMode.Prepacked, 1, "prepacked")]
    [InlineData(WeightsMode.Auto, 2, "mapped")]
    public async Task Start_HasItsWeights_AsTheModeSays(WeightsMode mode, int width, string weights)
    {
        await using var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, LargeStore.Name) with { Weights = mode, LaneWidth = width });
        var session = Assert.Single(await worker.StepsAsync(), step => step.Phase == StartStep.Types.Phase.Session);
        Assert.Equal(weights, session.Details["weights"]);

        // Planned against actual: every thread that computes, those of the engine included, is where it was planned.
        var metadata = await worker.Inference.ModelMetadataAsync(new ModelMetadataRequest { Name = LargeStore.Name });
        var placement = Assert.Single(PlacementReport.Parse(metadata.Properties[PlacementReport.Property]));
        Assert.Equal(placement.Lanes, placement.ActualLanes);
        Assert.Equal(width, CpuList.Parse(placement.Lanes[0])!.Count);
        Assert.Equal(TopologyReader.Read().InstructionSets.Names(), placement.Instructions);
        Check(Expected(), await worker.Inference.ModelInferAsync(Request(0)), 0);
    }

    [Fact]
    public async Task StopInTheMiddleOfTheChange_EndsWithZero()
    {
        await using var worker = new WorkerProcess(socket => WorkerProcess.Config(store, socket, LargeStore.Name) with { DrainSeconds = 0 });
        await worker.StepsAsync();
        worker.Terminate();
        Assert.Equal(0, await worker.ExitAsync());
    }

    private static async Task<int> CallAsync(WorkerProcess worker, int caller, float[][] expected, Func<bool> ending)
    {
        for (var (calls, left) = (0, CallsAfterwards); left > 0;)
        {
            try
            {
                Check(expected, await worker.Inference.ModelInferAsync(Request(caller)), caller);
                calls++;
                left -= ending() ? 1 : 0;
                if (left == 0)
                {
                    return calls;
                }
            }
            catch (RpcException exception) when (calls == 0 && RpcErrors.FromRpc(exception).Error == TsfErrors.ModelNotReady)
            {
                // Not ready for the first time.
                await Task.Delay(5);
            }
        }

        return 0;
    }

    private static async Task UntilPrepackedAsync(WorkerProcess worker)
    {
        for (var i = 0; (await worker.Control.ReadStartAsync(new ReadStartRequest())).Weights != "prepacked"; i++)
        {
            Assert.True(i < 3000, worker.Output);
            await Task.Delay(20);
        }
    }

    private static void Check(float[][] expected, ModelInferResponse response, int caller) =>
        Assert.All(expected[caller].Zip(response.Floats("out")), pair => Assert.InRange(pair.Second, pair.First - 1e-4f, pair.First + 1e-4f));

    private static ModelInferRequest Request(int caller) =>
        Requests.One(LargeStore.Name, "in", Datatype.Fp32, [1, LargeStore.Model.Width], Requests.Raw(Input(caller)));

    private static float[] Input(int caller) => [.. Enumerable.Range(0, LargeStore.Model.Width).Select(i => MathF.Sin(i + caller))];

    // What the engine gives for the same files in a process of its own.
    private static float[][] Expected()
    {
        using var directory = new TemporaryDirectory();
        LargeStore.Model.Write(directory.Path);
        using var session = EngineSession.Build(directory.Path, LargeStore.Model.Draft, SessionKind.Prepacked, temporary: false, SessionThreads.Callers, CancellationToken.None);
        using var options = new RunOptions();
        return [.. Enumerable.Range(0, Callers).Select(caller =>
        {
            using var input = OrtValue.CreateTensorValueFromMemory(Input(caller), [1, LargeStore.Model.Width]);
            using var outputs = session.Run(options, ["in"], [input], ["out"]);
            return outputs[0].GetTensorDataAsSpan<float>().ToArray();
        })];
    }
}
