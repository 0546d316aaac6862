using Microsoft.ML.OnnxRuntime.Tensors;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Sessions;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Serving;

public sealed class TensorTaskTests
{
    [Fact]
    public async Task EveryDatatype_GoesThroughTheGraphUnchanged()
    {
        foreach (var datatype in Enum.GetValues<Datatype>())
        {
            byte[] raw = datatype switch
            {
                Datatype.Bytes => Requests.Bytes([0, 1, 2], [], [.. "ä"u8], [255]),
                Datatype.Bool => [1, 0, 1, 1],
                _ => [.. Enumerable.Range(0, datatype.ElementSize() * 4).Select(i => (byte)i)],
            };
            var graph = OnnxGraph.Identity(TensorElements.ToEngine(datatype), -1, 2);
            await using var worker = await TestWorker.TensorsAsync(graph, [new("in", datatype, [-1, 2])], [new("out", datatype, [-1, 2])]);
            var answer = await worker.Inference.ModelInferAsync(Requests.One("tensors", "in", datatype, [2, 2], raw));
            Assert.Equal(datatype.Name(), answer.Outputs[0].Datatype);
            Assert.Equal([2, 2], answer.Outputs[0].Shape);
            Assert.Equal(raw, answer.RawOutputContents[0].ToByteArray());
        }
    }

    [Fact]
    public async Task Rejects_ABoolThatIsNeitherZeroNorOne()
    {
        await using var worker = await TestWorker.TensorsAsync(
            OnnxGraph.Identity(TensorElementType.Bool, -1), [new("in", Datatype.Bool, [-1])], [new("out", Datatype.Bool, [-1])]);
        Assert.Equal(TsfErrors.InvalidTensor, (await worker.RefusedAsync(Requests.One("tensors", "in", Datatype.Bool, [2], [1, 2]))).Error);
    }

    [Fact]
    public async Task Scalar_AndTensorWithoutElements_AreServed()
    {
        await using var scalar = await TestWorker.TensorsAsync(
            OnnxGraph.Identity(TensorElementType.Float), [new("in", Datatype.Fp32, [])], [new("out", Datatype.Fp32, [])]);
        Assert.Equal((float[])[7f], (await scalar.Inference.ModelInferAsync(Requests.One("tensors", "in", Datatype.Fp32, [], Requests.Raw(7f)))).Floats("out"));
        await using var empty = await TestWorker.TensorsAsync(
            OnnxGraph.Identity(TensorElementType.Float, 1, -1), [new("in", Datatype.Fp32, [1, -1])], [new("out", Datatype.Fp32, [1, -1])]);
        Assert.Empty((await empty.Inference.ModelInferAsync(Requests.One("tensors", "in", Datatype.Fp32, [1, 0], []))).Floats("out"));
    }

    [Fact]
    public async Task FailingRequest_FailsAlone_AndSaysNothingOfItsValues()
    {
        await using var worker = await TestWorker.TensorsAsync(
            OnnxGraph.Gather(),
            [new("data", Datatype.Fp32, [-1]), new("indices", Datatype.Int64, [-1])],
            [new("out", Datatype.Fp32, [-1])]);
        for (var i = 0; i < 20; i++)
        {
            var refused = await worker.RefusedAsync(Request(4711));
            Assert.Equal(TsfErrors.ExecutionFailed, refused.Error);
            Assert.DoesNotContain("4711", refused.Message, StringComparison.Ordinal);
            Assert.Equal((float[])[30f, 10f], (await worker.Inference.ModelInferAsync(Request(2, 0))).Floats("out"));
        }

        static Protocol.Rpc.ModelInferRequest Request(params long[] indices) =>
            Requests.One("tensors", "data", Datatype.Fp32, [3], Requests.Raw(10f, 20f, 30f))
                .With("indices", Datatype.Int64, [indices.Length], Requests.Raw(indices));
    }

    [Fact]
    public async Task SequenceOverTheLimit_IsRefusedWithLimitAndLength_AndNeverReachesTheGraph()
    {
        await using var worker = await TestWorker.TensorsAsync(
            OnnxGraph.Identity(TensorElementType.Int64, -1, -1), [new("in", Datatype.Int64, [-1, -1])], [new("out", Datatype.Int64, [-1, -1])], maxSequence: 3);
        Assert.Equal(6 * sizeof(long), (await worker.Inference.ModelInferAsync(Requests.One("tensors", "in", Datatype.Int64, [2, 3], Requests.Raw(1L, 2, 3, 4, 5, 6)))).RawOutputContents[0].Length);
        var refused = await worker.RefusedAsync(Requests.One("tensors", "in", Datatype.Int64, [1, 4], Requests.Raw(1L, 2, 3, 4)));
        Assert.Equal(TsfErrors.InputTooLong, refused.Error);
        Assert.Contains("'in' has 4 tokens a row; the model takes at most 3", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InputsInAnotherOrder_AreSortedOut()
    {
        await using var worker = await TestWorker.TensorsAsync(
            OnnxGraph.Gather(),
            [new("data", Datatype.Fp32, [-1]), new("indices", Datatype.Int64, [-1])],
            [new("out", Datatype.Fp32, [-1])]);
        var request = Requests.One("tensors", "indices", Datatype.Int64, [1], Requests.Raw(1L)).With("data", Datatype.Fp32, [2], Requests.Raw(10f, 20f));
        Assert.Equal((float[])[20f], (await worker.Inference.ModelInferAsync(request)).Floats("out"));
    }
}
