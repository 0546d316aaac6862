using TrustedServe.Packaging.Graphs.Onnx;

namespace TrustedServe.Packaging.Graphs.Rules;

/// <summary>Whether rows that a graph computes together touch each other's answers.</summary>
public static class RunScales
{
    // They take the scale of their quantization from the whole of their input: of ONNX the first, of the engine's own the others.
    private static readonly HashSet<string> Dynamic = ["DynamicQuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM"];

    /// <summary>Whether any node of a model, wherever it lies, takes one scale from all rows of a run.</summary>
    public static bool AreShared(ModelProto model) => GraphTensors.Nodes(model).Any(node => Dynamic.Contains(node.OpType));
}
