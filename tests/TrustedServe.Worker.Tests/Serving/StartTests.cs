using System.Text.Json;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.OnnxRuntime.Tensors;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Hosting;
using TrustedServe.Worker.Starting;
using TrustedServe.Worker.Tests.Support;
using TrustedServe.Worker.Warmup;

namespace TrustedServe.Worker.Tests.Serving;

public sealed class StartTests
{
    private static readonly TensorSpec[] Inputs = [new("in", Datatype.Fp32, [-1])];
    private static readonly TensorSpec[] Outputs = [new("out", Datatype.Fp32, [-1])];

    [Fact]
    public async Task Steps_EndWithReady_AndSayLanesAndDifference()
    {
        await using var worker = await TestWorker.DigitsAsync(DigitsSample(shift: 0));
        var steps = await worker.StepsAsync();
        Assert.Equal([StartStep.Types.Phase.Session, StartStep.Types.Phase.Warmed, StartStep.Types.Phase.Ready], steps.Select(step => step.Phase));
        Assert.Equal("2", steps[0].Details["lanes"]);
        Assert.Equal("1", steps[1].Details["samples"]);
    }

    [Fact]
    public async Task Warmup_OfTextWithLabels_IsCompared()
    {
        var row = SampleModels.LangidRows()[0];
        var sample = new WarmupSample
        {
            Inputs = [new("text", Datatype.Bytes, [1], [Json($"\"{row.Text}\"")])],
            Outputs = [new("labels", Datatype.Bytes, [1, 2], [Json("\"en\""), Json("\"ru\"")]), new("logits", Datatype.Fp32, [1, 11], Numbers(row.Logits))],
        };
        await using var worker = await TestWorker.LangidAsync(truncate: false, sample);
        Assert.Equal(StartStep.Types.Phase.Ready, (await worker.StepsAsync())[^1].Phase);
    }

    [Fact]
    public async Task ShortestSample_GoesFirst()
    {
        var rows = SampleModels.LangidRows().OrderBy(row => row.Text.Length).ToList();
        var failed = await FailedAsync(PlainModelLoader.FromDirectory(SampleModels.LangidManifest(truncate: false, Wrong(rows[^1].Text), Wrong(rows[0].Text)), SampleModels.Langid), "langid");
        Assert.Equal("TSF5005", failed.Code);
        Assert.Contains("sample 1,", failed.Message, StringComparison.Ordinal);

        static WarmupSample Wrong(string text) => new()
        {
            Inputs = [new("text", Datatype.Bytes, [1], [JsonSerializer.SerializeToElement(text)])],
            Outputs = [new("labels", Datatype.Bytes, [1, 1], [Json("\"none\"")])],
        };
    }

    [Fact]
    public async Task WarmupOverTolerance_Fails_NamesOutputAndDifference_AndIsNotRetryable()
    {
        var failed = await FailedAsync(PlainModelLoader.FromDirectory(SampleModels.DigitsManifest(DigitsSample(shift: 0.5f)), SampleModels.Digits), "digits");
        Assert.Equal("TSF5005", failed.Code);
        Assert.Contains("'logits'", failed.Message, StringComparison.Ordinal);
        Assert.Contains("0.5", failed.Message, StringComparison.Ordinal);
        Assert.False(failed.Retryable);
    }

    [Fact]
    public async Task CallsWhileItWarms_AreAnsweredOnceItIsReady()
    {
        await using var worker = await WarmingAsync(shiftOfTheLast: 0, samples: 30_000);
        var beforeReady = false;
        while (true)
        {
            var early = !(await worker.Inference.ServerReadyAsync(new ServerReadyRequest())).Ready;
            try
            {
                await worker.Inference.ModelInferAsync(Digit());
                Assert.True((await worker.Inference.ServerReadyAsync(new ServerReadyRequest())).Ready);
                beforeReady |= early;
                break;
            }
            catch (RpcException refused) when (RpcErrors.FromRpc(refused).Error == TsfErrors.ModelNotReady)
            {
                // Its session is not built yet.
            }
        }

        Assert.True(beforeReady);
    }

    [Fact]
    public async Task CallsWhileItWarms_ThatFillTheLine_DoNotFailTheStart()
    {
        await using var worker = await WarmingAsync(shiftOfTheLast: 0, lanes: 1, queue: 1);
        var steps = worker.StepsAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            while (!steps.IsCompleted)
            {
                try
                {
                    await worker.Inference.ModelInferAsync(Digit());
                }
                catch (RpcException refused) when (RpcErrors.FromRpc(refused).Error is var error && (error == TsfErrors.ModelNotReady || error == TsfErrors.Overloaded))
                {
                    // Not built yet, or no place.
                }
            }
        }));
        Assert.Equal(StartStep.Types.Phase.Ready, (await steps)[^1].Phase);
    }

    [Fact]
    public async Task CallsWhileItWarms_GetNoAnswerOfAModelThatFails()
    {
        await using var worker = await WarmingAsync(shiftOfTheLast: 0.5f);
        var ended = worker.StepsAsync();
        var refusals = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
        {
            var seen = new HashSet<ErrorCode>();
            do
            {
                seen.Add((await worker.RefusedAsync(Digit())).Error);
            }
            while (!ended.IsCompleted);
            return seen;
        }));
        Assert.Contains(TsfErrors.ModelFailed, refusals.SelectMany(codes => codes));
        Assert.Equal("TSF5005", (await ended)[^1].Code);
    }

    [Theory]
    [InlineData("unknown operator")]
    [InlineData("cut")]
    [InlineData("not a graph")]
    [InlineData("empty")]
    [InlineData("cycle")]
    [InlineData("tensor of 2^60 elements")]
    [InlineData("missing")]
    public async Task Rejects_GraphsThatTheEngineCannotLoad(string what)
    {
        var identity = OnnxGraph.Identity(TensorElementType.Float, -1);
        byte[] graph = what switch
        {
            "unknown operator" => OnnxGraph.Write([new("in", TensorElementType.Float, -1)], [new("out", TensorElementType.Float, -1)], new OnnxGraph.Node("Conjure", ["in"], ["out"])),
            "cut" => identity[..^7],
            "cycle" => OnnxGraph.Write([new("in", TensorElementType.Float, -1)], [new("out", TensorElementType.Float, -1)], new OnnxGraph.Node("Add", ["in", "b"], ["a"]), new OnnxGraph.Node("Add", ["a", "in"], ["b"]), new OnnxGraph.Node("Identity", ["b"], ["out"])),
            "tensor of 2^60 elements" => OnnxGraph.Write([new("in", TensorElementType.Float, 1L << 30, 1L << 30)], [new("out", TensorElementType.Float, -1)], new OnnxGraph.Node("Identity", ["in"], ["out"])),
            "not a graph" => [.. "<html>"u8],
            _ => [],
        };
        var files = what == "missing" ? new Dictionary<string, byte[]>() : new() { ["model.onnx"] = graph };
        var failed = await FailedAsync(new PlainModelLoader(SampleModels.TensorManifest(Inputs, Outputs), files), "tensors");
        Assert.Equal("TSF5004", failed.Code);
        Assert.False(failed.Retryable);
    }

    [Fact]
    public async Task Rejects_AManifestThatPromisesMoreThanTheGraphHas()
    {
        var graph = OnnxGraph.Identity(TensorElementType.Float, -1, 4);
        foreach (var (inputs, outputs, named) in new (TensorSpec[], TensorSpec[], string)[]
        {
            ([new("other", Datatype.Fp32, [-1, 4])], [new("out", Datatype.Fp32, [-1, 4])], "'in'"),
            ([new("in", Datatype.Int32, [-1, 4])], [new("out", Datatype.Fp32, [-1, 4])], "INT32"),
            ([new("in", Datatype.Fp32, [-1, -1])], [new("out", Datatype.Fp32, [-1, 4])], "[-1,-1]"),
            ([new("in", Datatype.Fp32, [-1, 4])], [new("out", Datatype.Fp32, [-1, 4, 1])], "[-1,4,1]"),
            ([], [new("out", Datatype.Fp32, [-1, 4])], "'in'"),
        })
        {
            var failed = await FailedAsync(TestWorker.Tensors(graph, inputs, outputs), "tensors");
            Assert.Equal("TSF5004", failed.Code);
            Assert.Contains(named, failed.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Rejects_AClassifierWhoseGraphIsNone()
    {
        var manifest = SampleModels.DigitsManifest() with { Labels = ["only", "two"] };
        Assert.Equal("TSF5004", (await FailedAsync(PlainModelLoader.FromDirectory(manifest, SampleModels.Digits), "digits")).Code);
        manifest = SampleModels.LangidManifest() with { Tokenizer = new TokenizerSpec { Vocabulary = "labels.txt" } };
        Assert.Equal("TSF1001", (await FailedAsync(PlainModelLoader.FromDirectory(manifest, SampleModels.Langid), "langid")).Code);
    }

    [Fact]
    public async Task BeforeReady_LiveButNotReady_AndInferenceIsRefusedWithRetryAfter()
    {
        await using var worker = await TestWorker.StartAsync(new PlainModelLoader(SampleModels.TensorManifest(Inputs, Outputs), new Dictionary<string, byte[]>()), "tensors");
        await worker.StepsAsync();
        Assert.True((await worker.Inference.ServerLiveAsync(new ServerLiveRequest())).Live);
        Assert.False((await worker.Inference.ServerReadyAsync(new ServerReadyRequest())).Ready);
        Assert.False((await worker.Inference.ModelReadyAsync(new ModelReadyRequest { Name = "tensors" })).Ready);
        var refused = await worker.RefusedAsync(new ModelInferRequest { ModelName = "tensors" });
        Assert.Equal((TsfErrors.ModelNotReady, 1), (refused.Error, refused.RetryAfterSeconds));
    }

    // With so many samples that calls come in between, also on a machine that is fast and busy with other tests.
    private static Task<TestWorker> WarmingAsync(float shiftOfTheLast, int lanes = 2, int queue = 256, int samples = 3000) => TestWorker.StartAsync(
        PlainModelLoader.FromDirectory(SampleModels.DigitsManifest([.. Enumerable.Repeat(DigitsSample(0), samples), DigitsSample(shiftOfTheLast)]), SampleModels.Digits), "digits", lanes, queue);

    private static ModelInferRequest Digit()
    {
        var request = SampleCodec.ToRequest(DigitsSample(0));
        request.ModelName = "digits";
        return request;
    }

    private static async Task<StartStep> FailedAsync(PlainModelLoader loader, string model)
    {
        await using var worker = await TestWorker.StartAsync(loader, model);
        var last = (await worker.StepsAsync())[^1];
        Assert.Equal(StartStep.Types.Phase.Failed, last.Phase);
        Assert.Equal(last.Retryable ? ExitCodes.Retryable : ExitCodes.Refused, worker.Services.GetRequiredService<StartOutcome>().ExitCode);
        Assert.Empty(Directory.EnumerateFileSystemEntries(loader.Path));
        return last;
    }

    private static WarmupSample DigitsSample(float shift)
    {
        var row = SampleModels.DigitsRows()[0];
        return new WarmupSample
        {
            Inputs = [new("image", Datatype.Fp32, [1, 1, 8, 8], Numbers(row.Image))],
            Outputs = [new("logits", Datatype.Fp32, [1, 10], Numbers([.. row.Logits.Select(logit => logit + shift)]))],
        };
    }

    private static JsonElement[] Numbers(float[] values) => [.. values.Select(value => JsonSerializer.SerializeToElement(value))];

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);
}
