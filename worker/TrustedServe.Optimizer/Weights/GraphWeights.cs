using TrustedServe.Packaging.Graphs;
using TrustedServe.Packaging.Graphs.Onnx;
using static TrustedServe.Packaging.Graphs.Onnx.TensorProto.Types;

namespace TrustedServe.Optimizer.Weights;

/// <summary>The weights of a graph while nodes are replaced: quantised once however many nodes use them, and dropped when none does.</summary>
internal sealed class GraphWeights
{
    // A side longer than this is no matrix of a model, and would not fit the blocks that are read.
    private const long MaxSide = 1 << 24;

    private readonly GraphProto graph;
    private readonly Dictionary<string, TensorProto> byName;
    private readonly Dictionary<(string Name, string How, float Factor), (string Weight, string Scales)> quantized = [];

    public GraphWeights(GraphProto graph)
    {
        this.graph = graph;
        byName = graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);

        // What is also an input may be given another value by a caller.
        foreach (var input in graph.Input)
        {
            byName.Remove(input.Name);
        }
    }

    /// <summary>A weight by its name.</summary>
    public TensorProto? Find(string? name) => name is not null && byName.TryGetValue(name, out var tensor) ? tensor : null;

    /// <summary>A weight of two dimensions in FP32 with at least so many elements.</summary>
    public TensorProto? FindMatrix(string? name, long minElements) =>
        Find(name) is { DataType: (int)DataType.Float, Dims: [> 0 and <= MaxSide and var rows, > 0 and <= MaxSide and var columns] } tensor && rows * columns >= minElements ? tensor : null;

    /// <summary>Whether a name is a vector of FP32 of a length.</summary>
    public bool IsVector(string name, long length) => Find(name) is { DataType: (int)DataType.Float, Dims: [var count] } && count == length;

    /// <summary>Quantises a weight unless that was done; both tensors join the graph.</summary>
    public (string Weight, string Scales) Quantize(TensorProto tensor, string how, float factor, Func<(TensorProto Weight, TensorProto Scales)> quantize)
    {
        var key = (tensor.Name, how, factor);
        if (!quantized.TryGetValue(key, out var names))
        {
            var (weight, scales) = quantize();
            names = (Add(weight), Add(scales));
            quantized.Add(key, names);
        }

        return names;
    }

    /// <summary>Drops weights that nothing reads any more.</summary>
    public void DropUnused()
    {
        var readers = GraphTensors.Readers(graph);
        var inputs = graph.Input.Select(input => input.Name).ToHashSet(StringComparer.Ordinal);
        var kept = graph.Initializer.Where(tensor => readers.ContainsKey(tensor.Name) || inputs.Contains(tensor.Name)).ToList();
        graph.Initializer.Clear();
        graph.Initializer.AddRange(kept);
    }

    /// <summary>Lets a tensor join the graph.</summary>
    /// <returns>Its name, which is made one of its own.</returns>
    public string Add(TensorProto tensor)
    {
        var name = tensor.Name;
        for (var i = 2; !byName.TryAdd(tensor.Name, tensor); i++)
        {
            tensor.Name = $"{name}_{i}";
        }

        graph.Initializer.Add(tensor);
        return tensor.Name;
    }
}
