using TrustedServe.Packaging.Graphs.Onnx;
using static TrustedServe.Packaging.Graphs.Onnx.AttributeProto.Types;

namespace TrustedServe.Optimizer.Quantization;

/// <summary>Nodes and what is written on them.</summary>
internal static class Nodes
{
    /// <summary>Domain of the engine's own operators.</summary>
    public const string Engine = "com.microsoft";

    /// <summary>A node.</summary>
    public static NodeProto Create(string operation, string domain, string name, IEnumerable<string> inputs, params string[] outputs)
    {
        var node = new NodeProto { OpType = operation, Domain = domain, Name = name };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        return node;
    }

    /// <summary>Whether a node is of an operator of the standard.</summary>
    public static bool Is(this NodeProto node, string operation) => node.OpType == operation && (node.Domain is "" or "ai.onnx");

    /// <summary>Whether a node is of one of the engine's own operators.</summary>
    public static bool IsEngine(this NodeProto node, string operation) => node.OpType == operation && node.Domain == Engine;

    /// <summary>An input by its place; null when it is left out.</summary>
    public static string? InputAt(this NodeProto node, int place) => node.Input.Count > place && node.Input[place].Length > 0 ? node.Input[place] : null;

    /// <summary>An attribute by its name.</summary>
    public static AttributeProto? Attribute(this NodeProto node, string name) => node.Attribute.FirstOrDefault(attribute => attribute.Name == name);

    /// <summary>A number among the attributes.</summary>
    public static float Float(this NodeProto node, string name, float absent) => node.Attribute(name) is { HasF: true } attribute ? attribute.F : absent;

    /// <summary>A whole number among the attributes.</summary>
    public static long Int(this NodeProto node, string name, long absent) => node.Attribute(name) is { HasI: true } attribute ? attribute.I : absent;

    /// <summary>A whole number to write on a node.</summary>
    public static AttributeProto Int(string name, long value) => new() { Name = name, Type = AttributeType.Int, I = value };
}
