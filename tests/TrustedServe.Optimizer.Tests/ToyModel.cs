using Google.Protobuf;
using TrustedServe.Packaging.Graphs.Onnx;
using static TrustedServe.Packaging.Graphs.Onnx.TensorProto.Types;

namespace TrustedServe.Optimizer.Tests;

/// <summary>A model of one node, to which tests add what they need.</summary>
internal static class ToyModel
{
    public static ModelProto Create(params TensorProto[] initializers)
    {
        var graph = new GraphProto
        {
            Name = "toy",
            Input = { Value("x", DataType.Float, -1, 4) },
            Output = { Value("y", DataType.Float, -1, 2) },
            Node = { new NodeProto { OpType = "MatMul", Input = { "x", "w" }, Output = { "y" } } },
        };
        graph.Initializer.AddRange(initializers);
        return new ModelProto { IrVersion = 8, OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 14 } }, Graph = graph };
    }

    public static ValueInfoProto Value(string name, DataType type, params long[] shape)
    {
        var dimensions = new TensorShapeProto();
        foreach (var length in shape)
        {
            dimensions.Dim.Add(length < 0 ? new TensorShapeProto.Types.Dimension { DimParam = "n" } : new TensorShapeProto.Types.Dimension { DimValue = length });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = dimensions } } };
    }

    public static TensorProto Tensor(string name, DataType type, params long[] dims) => new() { Name = name, DataType = (int)type, Dims = { dims } };

    public static TensorProto Raw(string name, int floats)
    {
        var bytes = new byte[floats * 4];
        new Random(floats).NextBytes(bytes);
        var tensor = Tensor(name, DataType.Float, floats);
        tensor.RawData = ByteString.CopyFrom(bytes);
        return tensor;
    }

    public static TensorProto External(string name, int floats, params (string Key, string Value)[] entries)
    {
        var tensor = Tensor(name, DataType.Float, floats);
        tensor.DataLocation = DataLocation.External;
        tensor.ExternalData.AddRange(entries.Select(entry => new StringStringEntryProto { Key = entry.Key, Value = entry.Value }));
        return tensor;
    }
}
