using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Sessions;

namespace TrustedServe.Worker.Tests.Support;

/// <summary>A chain of matrix products and Tanh with seeded weights beside the graph, as large as one likes: <c>in</c> [-1,width] to <c>out</c>.</summary>
internal sealed class LayeredModel(string name, int width, int layers)
{
    private const string WeightsFile = "weights.bin";

    /// <summary>Bytes of the weights.</summary>
    public long WeightBytes => (long)layers * width * width * sizeof(float);

    public int Width => width;

    public Manifest Draft => new()
    {
        FormatVersion = 1,
        Name = name,
        Version = "1",
        Task = ModelTask.Tensor,
        Graph = "model.onnx",
        Inputs = [new TensorSpec("in", Datatype.Fp32, [-1, width])],
        Outputs = [new TensorSpec("out", Datatype.Fp32, [-1, width])],
        Precision = "fp32",
        Engine = new EngineSpec { Name = EngineSpec.OnnxRuntime, Version = EngineSession.EngineVersion, Level = EngineSpec.Extended },
        Files = [],
    };

    /// <summary>Writes graph and weights.</summary>
    public void Write(string directory)
    {
        Directory.CreateDirectory(directory);
        var random = new Random(7);
        var scale = 2 / MathF.Sqrt(width);
        var layer = new float[width * width];
        using (var weights = File.Create(Path.Combine(directory, WeightsFile)))
        {
            for (var i = 0; i < layers; i++)
            {
                for (var j = 0; j < layer.Length; j++)
                {
                    layer[j] = ((random.NextSingle() * 2) - 1) * scale;
                }

                weights.Write(MemoryMarshal.AsBytes(layer.AsSpan()));
            }
        }

        var nodes = Enumerable.Range(0, layers).SelectMany(i => new[]
        {
            new OnnxGraph.Node("MatMul", [i == 0 ? "in" : $"a{i - 1}", $"w{i}"], [$"m{i}"]),
            new OnnxGraph.Node("Tanh", [$"m{i}"], [i == layers - 1 ? "out" : $"a{i}"]),
        });
        File.WriteAllBytes(Path.Combine(directory, "model.onnx"), OnnxGraph.Write(
            [new("in", TensorElementType.Float, -1, width)],
            [new("out", TensorElementType.Float, -1, width)],
            [.. Enumerable.Range(0, layers).Select(Initializer)],
            [.. nodes]));
    }

    private byte[] Initializer(int layer)
    {
        var bytes = (long)width * width * sizeof(float);
        return OnnxGraph.External($"w{layer}", [width, width], WeightsFile, (layer * bytes).ToString(CultureInfo.InvariantCulture), bytes.ToString(CultureInfo.InvariantCulture));
    }
}
