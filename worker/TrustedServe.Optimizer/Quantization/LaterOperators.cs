using System.Collections.Frozen;
using TrustedServe.Optimizer.Weights;
using TrustedServe.Packaging.Graphs;
using TrustedServe.Packaging.Graphs.Onnx;

namespace TrustedServe.Optimizer.Quantization;

/// <summary>Lets a graph of an older version of the standard operators import version 23, in which attention is one of them.</summary>
/// <remarks>Only where every node means the same there. By the change logs of the operators in the ONNX specification, opset 1 to 23.</remarks>
internal static class LaterOperators
{
    /// <summary>The version with <c>Attention</c>.</summary>
    public const long Version = 23;

    // The version of the format that the specification pairs with it.
    private const long FormatVersion = 11;

    // What an operator means has not changed since; types and attributes with a default may have been added.
    private static readonly FrozenDictionary<string, long> SameSince = Read(
        (1, "Constant Gather Identity LayerNormalization MatMul Not Shape SimplifiedLayerNormalization Transpose"),
        (6, "Abs Cast Ceil Exp Floor Log Neg Reciprocal Relu Sigmoid Sqrt Tanh Tile"),
        (7, "Add And Div Equal Gemm Greater Less Mul Or Pow Sub"),
        (8, "Expand Max Min Sum"),
        (9, "ConstantOfShape Erf Where"),
        (10, "Slice"),
        (11, "ArgMax ArgMin Clip Concat CumSum DynamicQuantizeLinear Flatten GatherElements Range Reshape"),
        (12, "GreaterOrEqual LessOrEqual"),
        (13, "LogSoftmax Softmax"),
        (20, "Gelu"));

    // The same but for their axes, which became an input, with version 13 or 18.
    private static readonly FrozenSet<string> HaveAxes = FrozenSet.Create(StringComparer.Ordinal, "ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum", "Squeeze", "Unsqueeze");

    /// <summary>Raises the version that the model imports; a later one stays.</summary>
    /// <returns>Whether it could; nothing is changed when it could not.</returns>
    public static bool TryRaise(ModelProto model, GraphWeights weights)
    {
        var import = model.OpsetImport.FirstOrDefault(set => set.Domain is "" or "ai.onnx");
        if (import is null || import.Version >= Version)
        {
            return import is not null;
        }

        // A graph inside a node, and a function, may hide what reads the nodes around it.
        if (model.Functions.Count > 0 || model.Graph.Node.Any(node => GraphTensors.Inside(node).Any() || !MeansTheSame(node, import.Version)))
        {
            return false;
        }

        foreach (var node in model.Graph.Node.Where(node => IsStandard(node) && HaveAxes.Contains(node.OpType)))
        {
            if (node.Attribute("axes") is { } axes)
            {
                node.Attribute.Remove(axes);
                node.Input.Add(weights.Add(SmallTensor.Of<long>($"{NodePatterns.NameOf(node)}_axes", [.. axes.Ints])));
            }
        }

        import.Version = Version;
        model.IrVersion = Math.Max(model.IrVersion, FormatVersion);
        return true;
    }

    private static bool IsStandard(NodeProto node) => node.Domain is "" or "ai.onnx";

    private static bool MeansTheSame(NodeProto node, long version) =>
        !IsStandard(node) || SameSince.GetValueOrDefault(node.OpType, long.MaxValue) <= version || HaveAxes.Contains(node.OpType);

    private static FrozenDictionary<string, long> Read(params (long Version, string Names)[] groups) =>
        groups.SelectMany(group => group.Names.Split(' ').Select(name => (name, group.Version))).ToFrozenDictionary(pair => pair.name, pair => pair.Version, StringComparer.Ordinal);
}
