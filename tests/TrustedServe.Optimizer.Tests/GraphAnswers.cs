using Microsoft.ML.OnnxRuntime;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Testing;

namespace TrustedServe.Optimizer.Tests;

/// <summary>What the engine answers to a graph of one input <c>x</c>.</summary>
internal static class GraphAnswers
{
    /// <summary>Runs the graph, whose outside weights lie in the directory, on some numbers, and on a <c>mask</c> of INT64 where one is given.</summary>
    public static float[] Of(ModelProto model, TemporaryDirectory directory, long[] shape, string output, long[]? mask = null)
    {
        var path = directory[$"{Guid.NewGuid():N}.onnx"];
        OnnxFile.Write(model, path);
        using var session = new InferenceSession(path);
        float[] values = [.. Enumerable.Range(0, (int)shape.Aggregate((all, length) => all * length)).Select(i => MathF.Sin(i))];
        using var input = OrtValue.CreateTensorValueFromMemory(values, shape);
        using var tokens = OrtValue.CreateTensorValueFromMemory(mask ?? [], mask is null ? [0] : shape[..2]);
        using var options = new RunOptions();
        using var outputs = mask is null ? session.Run(options, ["x"], [input], [output]) : session.Run(options, ["x", "mask"], [input, tokens], [output]);
        return [.. outputs[0].GetTensorDataAsSpan<float>()];
    }
}
