using TrustedServe.Optimizer.Quantization;
using TrustedServe.Optimizer.Weights;
using TrustedServe.Packaging.Graphs;
using TrustedServe.Packaging.Graphs.Onnx;
using static TrustedServe.Packaging.Graphs.Onnx.TensorProto.Types;

namespace TrustedServe.Optimizer.Optimizing;

/// <summary>Stores the FP32 weights of products column after column, by the engine's own operator for it (FusedMatMul with transB).</summary>
/// <remarks>
/// The engine's kernel takes a weight in panels of a few columns. From rows it collects each panel in steps of a row's length, which
/// for a large model is a page and more; from columns it reads on. Sessions on mapped weights collect in every call, others once
/// when they are built: both are then quicker, and what is computed is the same.
/// </remarks>
internal static class ColumnOrder
{
    // Smaller weights lie in the caches, however they are read.
    private const long MinElements = 16_384;

    /// <summary>Replaces every MatMul whose weight nothing but such products reads.</summary>
    /// <param name="graph">A graph that the engine has fused; changed in place.</param>
    /// <param name="directory">Where its weights lie.</param>
    /// <param name="output">Where those by columns go, in the same directory.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static void Apply(GraphProto graph, string directory, NewWeights output, CancellationToken cancellationToken)
    {
        var weights = new GraphWeights(graph);
        var readers = GraphTensors.Readers(graph);
        var products = graph.Node.Where(node => node.Is("MatMul") && weights.Find(node.Input[0]) is null && weights.FindMatrix(node.Input[1], MinElements) is not null);
        foreach (var sharing in products.GroupBy(node => node.Input[1]).ToList())
        {
            if (sharing.Count() == readers[sharing.Key])
            {
                var columns = weights.Add(Columns(weights.Find(sharing.Key)!, directory, output, cancellationToken));
                foreach (var node in sharing)
                {
                    (node.OpType, node.Domain, node.Input[1]) = ("FusedMatMul", Nodes.Engine, columns);
                    node.Attribute.Add(Nodes.Int("transB", 1));
                }
            }
        }

        weights.DropUnused();
    }

    private static TensorProto Columns(TensorProto tensor, string directory, NewWeights output, CancellationToken cancellationToken)
    {
        using var source = new FloatMatrix(tensor, directory);
        var start = output.Length;
        foreach (var (column, count) in source.ColumnBlocks())
        {
            output.Append<float>(source.ReadColumns(column, count, cancellationToken));
        }

        return output.Since(start, $"{tensor.Name}_columns", DataType.Float, source.Columns, source.Rows);
    }
}
