using TrustedServe.Optimizer.Engine;
using TrustedServe.Optimizer.Inspection;
using TrustedServe.Optimizer.Quantization;
using TrustedServe.Optimizer.Weights;
using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Graphs;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Optimizer.Optimizing;

/// <summary>From the graph of a package to the graph that is served.</summary>
/// <remarks>
/// First fusion, then quantisation: the engine recognises attention, normalisations and Gelu by patterns of FP32 operators, and
/// three projections fused to one are one 8-bit product instead of three. Only tables of embeddings come before, since the
/// engine would fuse their look-up into a node that has no 8-bit form of this precision. Normalisations lose what the engine fused
/// them with, which is slower (see <see cref="NormSplitter"/>). What is FP32 still in the end gets its weights by columns (see
/// <see cref="ColumnOrder"/>).
/// </remarks>
internal sealed class GraphOptimizer(OptimizeRequest request, string graph, string scratch, CancellationToken cancellationToken)
{
    private const string GraphName = "model.onnx";
    private const string FusedWeights = "fused.weights";
    private const string Int8Name = "int8.weights";
    private const string ColumnsName = "columns.weights";

    private readonly NodePatterns excluded = new(request.Exclude);

    /// <summary>The graph in a directory that <see cref="Write"/> made.</summary>
    public static string GraphIn(string directory) => Path.Combine(directory, GraphName);

    /// <summary>Writes the graph and its weights into a new directory.</summary>
    public WrittenGraph Write(string directory)
    {
        var quantized = new List<string>();
        var source = graph;
        if (request.Embeddings)
        {
            source = GraphIn(NewDirectory("embeddings"));
            quantized.AddRange(Embeddings(source));
        }

        var fused = NewDirectory("fused");
        Runtime.Fuse(source, GraphIn(fused), FusedWeights);
        var model = OnnxFile.Read(GraphIn(fused));
        NormSplitter.Split(model.Graph);
        if (request.Precision == OptimizeRequest.Int8)
        {
            OperatorSets.Require8Bit(GraphInspector.Inspect(model));
            using var weights = new NewWeights(fused, Int8Name);
            quantized.AddRange(new DynamicQuantizer(model, new Int8Weights(fused, weights), excluded, cancellationToken).Products());
            BiasFolder.Fold(model.Graph);
            excluded.RequireUsed();
            if (quantized.Count == 0)
            {
                throw TsfErrors.InvalidOptimizeRequest.With("The graph has no product with a large enough FP32 weight: there is nothing to quantise. Use '--precision fp32' to fuse it alone.");
            }
        }

        using (var columns = new NewWeights(fused, ColumnsName))
        {
            ColumnOrder.Apply(model.Graph, fused, columns, cancellationToken);
        }

        OperatorSets.Tidy(model);
        SafeFiles.CreateDirectory(directory);
        ExternalWeights.Move(model, fused, directory, cancellationToken);
        OnnxFile.Write(model, GraphIn(directory));

        // Gigabytes that are not needed from here on.
        SafeFiles.TryDeleteDirectory(fused);
        return new WrittenGraph(quantized, HasLayouts(model));
    }

    // What the engine's level after this one arranges for a processor: convolutions, and poolings among them.
    private static bool HasLayouts(ModelProto model) => GraphTensors.Nodes(model).Any(node =>
        node.OpType.Contains("Conv", StringComparison.Ordinal) || node.OpType.Contains("Pool", StringComparison.Ordinal));

    private IReadOnlyList<string> Embeddings(string target)
    {
        var directory = Path.GetDirectoryName(target)!;
        var model = OnnxFile.Read(graph);
        OperatorSets.Require8Bit(GraphInspector.Inspect(model));
        ExternalWeights.Move(model, Path.GetDirectoryName(graph)!, directory, cancellationToken);
        using var weights = new NewWeights(directory, Int8Name);
        var names = new DynamicQuantizer(model, new Int8Weights(directory, weights), excluded, cancellationToken).Embeddings();
        OnnxFile.Write(model, target);
        return names;
    }

    private string NewDirectory(string name)
    {
        var directory = Path.Combine(scratch, name);
        SafeFiles.CreateDirectory(directory);
        return directory;
    }
}
