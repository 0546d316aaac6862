using Microsoft.ML.OnnxRuntime;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Worker.Sessions;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Sessions;

/// <summary>A graph that is not fused is said to be: what the engine makes of it shows in the last bits of its answers.</summary>
public sealed class StoredGraphTests
{
    private static readonly Lazy<float[]> AsItIs = new(() => Plain(GraphOptimizationLevel.ORT_DISABLE_ALL));
    private static readonly Lazy<float[]> Optimised = new(() => Plain(GraphOptimizationLevel.ORT_ENABLE_ALL));

    [Theory]
    [InlineData(true, false, false, true)] // finished
    [InlineData(true, true, false, false)] // something is left to do for this processor
    [InlineData(true, true, true, true)] // which is not done for a session that goes soon
    [InlineData(false, false, false, false)] // of another version of the engine
    [InlineData(false, true, true, false)]
    public void Graph_IsTakenAsItIs_OnlyWhenThisEngineHasNothingLeftToDo(bool ownVersion, bool layouts, bool temporary, bool taken)
    {
        Assert.NotEqual(AsItIs.Value, Optimised.Value);
        var version = ownVersion ? EngineSession.EngineVersion : "1.0.0";
        var engine = new EngineSpec { Name = EngineSpec.OnnxRuntime, Version = version, Level = EngineSpec.Extended, Layouts = layouts };
        Assert.Equal(taken ? AsItIs.Value : Optimised.Value, Served(engine, temporary));
    }

    [Fact]
    public void Graph_ThatNobodyOptimised_IsOptimised() => Assert.Equal(Optimised.Value, Served(null, temporary: true));

    private static float[] Served(EngineSpec? engine, bool temporary)
    {
        var manifest = SampleModels.LangidManifest() with { Engine = engine };
        using var session = EngineSession.Build(SampleModels.Langid, manifest, SessionKind.Prepacked, temporary, SessionThreads.Callers, CancellationToken.None);
        using var options = new RunOptions();
        return Answer((names, values, outputs) => session.Run(options, names, values, outputs));
    }

    private static float[] Plain(GraphOptimizationLevel level)
    {
        // The engine belongs to whoever comes first.
        EngineSession.Prepare();
        using var options = new Microsoft.ML.OnnxRuntime.SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, GraphOptimizationLevel = level };
        using var session = new InferenceSession(Path.Combine(SampleModels.Langid, "model.onnx"), options);
        using var run = new RunOptions();
        return Answer((names, values, outputs) => session.Run(run, names, values, outputs));
    }

    private static float[] Answer(Func<string[], OrtValue[], string[], IDisposableReadOnlyCollection<OrtValue>> run)
    {
        long[] ids = [.. SampleModels.LangidRows()[0].Ids];
        using var tokens = OrtValue.CreateTensorValueFromMemory(ids, [1, ids.Length]);
        using var mask = OrtValue.CreateTensorValueFromMemory([.. ids.Select(_ => 1L)], [1, ids.Length]);
        using var types = OrtValue.CreateTensorValueFromMemory(new long[ids.Length], [1, ids.Length]);
        using var outputs = run(["input_ids", "attention_mask", "token_type_ids"], [tokens, mask, types], ["logits"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
