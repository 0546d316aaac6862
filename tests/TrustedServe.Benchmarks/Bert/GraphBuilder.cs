using System.Runtime.InteropServices;
using Google.Protobuf;
using TrustedServe.Packaging.Graphs.Onnx;
using static TrustedServe.Packaging.Graphs.Onnx.AttributeProto.Types;
using static TrustedServe.Packaging.Graphs.Onnx.TensorProto.Types;

namespace TrustedServe.Benchmarks.Bert;

/// <summary>Nodes one after the other, named by their number as exporters name them.</summary>
internal sealed class GraphBuilder
{
    private readonly GraphProto graph = new() { Name = "main_graph" };
    private readonly HashSet<string> constants = new(StringComparer.Ordinal);

    /// <summary>The model.</summary>
    public ModelProto ToModel(long opset) => new()
    {
        IrVersion = 7,
        ProducerName = "TrustedServe.Benchmarks",
        Graph = graph,
        OpsetImport = { new OperatorSetIdProto { Domain = "", Version = opset } },
    };

    /// <summary>Declares an input.</summary>
    public string Input(string name, DataType type, params object[] shape)
    {
        graph.Input.Add(Value(name, type, shape));
        return name;
    }

    /// <summary>Declares an output.</summary>
    public void Output(string name, DataType type, params object[] shape) => graph.Output.Add(Value(name, type, shape));

    /// <summary>States the shape of a value where the engine cannot infer it.</summary>
    public string State(string name, DataType type, params object[] shape)
    {
        graph.ValueInfo.Add(Value(name, type, shape));
        return name;
    }

    /// <summary>Adds a weight.</summary>
    public string Weight(TensorProto tensor)
    {
        graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>A constant of whole numbers; a scalar when <paramref name="scalar"/> says so. The same one is stored once.</summary>
    public string Constant(bool scalar, params long[] values) =>
        Constant($"i{(scalar ? "s" : "")}_{string.Join('_', values)}", DataType.Int64, scalar ? null : values.Length, MemoryMarshal.AsBytes(values.AsSpan()));

    /// <summary>A scalar of FP32.</summary>
    public string Constant(float value) =>
        Constant(FormattableString.Invariant($"f_{value:R}"), DataType.Float, null, MemoryMarshal.AsBytes(new ReadOnlySpan<float>(in value)));

    /// <summary>A node with one output.</summary>
    /// <returns>The name of its output.</returns>
    public string Add(string operation, string[] inputs, params AttributeProto[] attributes) => AddNamed(operation, $"/{operation}_{graph.Node.Count}", inputs, attributes);

    /// <summary>A node whose output has a name that matters.</summary>
    public string AddNamed(string operation, string output, string[] inputs, params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = operation, Name = $"{operation}_{graph.Node.Count}" };
        node.Input.AddRange(inputs);
        node.Output.Add(output);
        node.Attribute.AddRange(attributes);
        graph.Node.Add(node);
        return output;
    }

    /// <summary>An attribute.</summary>
    public static AttributeProto Int(string name, long value) => new() { Name = name, Type = AttributeType.Int, I = value };

    /// <summary>An attribute of many numbers.</summary>
    public static AttributeProto Ints(string name, params long[] values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Ints };
        attribute.Ints.AddRange(values);
        return attribute;
    }

    private string Constant(string name, DataType type, int? length, ReadOnlySpan<byte> bytes)
    {
        if (constants.Add(name))
        {
            var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
            if (length is { } dimension)
            {
                tensor.Dims.Add(dimension);
            }

            graph.Initializer.Add(tensor);
        }

        return name;
    }

    private static ValueInfoProto Value(string name, DataType type, object[] shape)
    {
        var dimensions = new TensorShapeProto();
        dimensions.Dim.AddRange(shape.Select(dimension => dimension is string symbol
            ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
            : new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(dimension, null) }));
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = dimensions } } };
    }
}
