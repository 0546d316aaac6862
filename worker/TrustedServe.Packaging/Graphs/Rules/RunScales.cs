using TrustedServe.Packaging.Graphs.Onnx;

namespace TrustedServe.Packaging.Graphs.Rules;

/// <summary>Whether a graph takes a scale, by which it quantizes or normalizes, from all rows of a run: then they touch each other's answers.</summary>
/// <remarks>
/// Errs on the safe side: an operator counts whatever its domain, and one that only usually has such a scale counts too. A
/// quantizer that writes the taking of the scale out in standard operators is known by what it quantizes with.
/// </remarks>
public static class RunScales
{
    // Those that take the scale themselves, and the products of integers that such graphs have; static ones have QLinear products.
    private static readonly HashSet<string> Takers =
        ["DynamicQuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM", "MatMulInteger", "ConvInteger", "MatMulIntegerToFloat", "MeanVarianceNormalization"];

    /// <summary>Whether any node of a model, wherever it lies, is of such a graph.</summary>
    public static bool AreShared(ModelProto model)
    {
        var nodes = GraphTensors.Nodes(model).ToList();
        HashSet<string> constants =
        [
            .. GraphTensors.All(model).SelectMany(graph => graph.Initializer).Select(tensor => tensor.Name),
            .. nodes.Where(node => node.OpType == "Constant").SelectMany(node => node.Output),
        ];
        return nodes.Any(node => Takers.Contains(node.OpType) || (node.OpType == "QuantizeLinear" && !(node.Input.Count > 1 && constants.Contains(node.Input[1]))));
    }
}
