using TrustedServe.Optimizer.Inspection;
using TrustedServe.Packaging.Graphs;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Optimizer.Quantization;

/// <summary>Which operator sets a model imports.</summary>
internal static class OperatorSets
{
    // DynamicQuantizeLinear came with it.
    private const long First8BitSet = 11;

    /// <summary>Refuses graphs of a time before the 8-bit operators.</summary>
    /// <exception cref="TsfException">TSF1036.</exception>
    public static void Require8Bit(GraphDescription graph)
    {
        if (graph.Opset < First8BitSet)
        {
            throw TsfErrors.InvalidOptimizeRequest.With($"The graph uses version {graph.Opset} of the standard operators; 8-bit ones need {First8BitSet}. Export the model with a later version, or keep FP32.");
        }
    }

    /// <summary>Imports what is used and nothing else; the engine writes all sets that it knows of.</summary>
    public static void Tidy(ModelProto model)
    {
        var used = GraphTensors.Graphs(model.Graph).SelectMany(graph => graph.Node).Concat(model.Functions.SelectMany(function => function.Node))
            .Select(node => Domain(node.Domain)).Append(string.Empty).ToHashSet(StringComparer.Ordinal);
        var kept = model.OpsetImport.Where(import => used.Remove(Domain(import.Domain))).ToList();
        model.OpsetImport.Clear();
        model.OpsetImport.AddRange(kept);
        if (used.Contains(Nodes.Engine))
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = Nodes.Engine, Version = 1 });
        }
    }

    private static string Domain(string domain) => domain == "ai.onnx" ? string.Empty : domain;
}
