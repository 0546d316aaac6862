using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Graphs.Rules;

/// <summary>
/// What a graph must be before anything else looks at it, both when it is packed and when it is loaded: the engine is native
/// code, and who wrote the graph need not be who is trusted with the machine.
/// </summary>
/// <remarks>
/// 1. Every operator set is imported once, and every node is of an imported set and of an operator that the engine has.
/// 2. Graphs in graphs nest a few levels deep.
/// 3. Every name is given once, before or after it is read, and no value depends on itself.
/// 4. Every tensor holds just the bytes that its shape makes, or names just those in a file below the model's directory; two
///    tensors share all their bytes or none.
/// </remarks>
public static class GraphRules
{
    // Weights of more than 1 MiB lie beside a packed graph, and what remains is small; the engine is never handed more than this.
    private const long MaxLoadedBytes = 256 << 20;
    private const int MaxDepth = 16;

    /// <summary>Checks a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="directory">Directory of its file, below which its external data must lie.</param>
    /// <exception cref="TsfException">TSF1030, TSF1032, TSF1034, naming the node or tensor.</exception>
    public static void Check(ModelProto model, string directory)
    {
        var operators = new OperatorRules(model);
        var tensors = new TensorRules(directory);
        foreach (var function in model.Functions)
        {
            RequireDepth(function.Node, 0);
            operators.Check(function.Node, function.OpsetImport);
            ScopeRules.Check(function);
        }

        RequireDepth(model.Graph.Node, 0);
        operators.Check(model.Graph.Node, model.OpsetImport);
        ScopeRules.Check(model.Graph);
        tensors.Check(model);
    }

    /// <summary>Reads the graph of an unsealed package and checks it.</summary>
    /// <returns>The graph.</returns>
    /// <exception cref="TsfException">TSF1030, TSF1032, TSF1034, TSF0008.</exception>
    public static ModelProto CheckFile(string path)
    {
        var model = OnnxFile.Read(path, MaxLoadedBytes);
        Check(model, Path.GetDirectoryName(Path.GetFullPath(path))!);
        return model;
    }

    private static void RequireDepth(IEnumerable<NodeProto> nodes, int depth)
    {
        foreach (var node in nodes)
        {
            foreach (var inner in GraphTensors.Inside(node))
            {
                if (depth == MaxDepth)
                {
                    throw TsfErrors.InvalidGraph.With($"The node {GraphText.Of(node)} lies in more than {MaxDepth} graphs, one inside the other.");
                }

                RequireDepth(inner.Node, depth + 1);
            }
        }
    }
}
