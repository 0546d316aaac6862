using TrustedServe.Packaging.Graphs;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Tensors;
using static TrustedServe.Packaging.Graphs.Onnx.TensorProto.Types;

namespace TrustedServe.Optimizer.Inspection;

/// <summary>Describes graphs.</summary>
public static class GraphInspector
{
    /// <summary>Describes a model's graph.</summary>
    /// <exception cref="TsfException">TSF1030 when it contradicts itself, TSF1031 for inputs or outputs that cannot be served.</exception>
    public static GraphDescription Inspect(ModelProto model)
    {
        var graphs = GraphTensors.Graphs(model.Graph).ToList();
        var initializers = graphs.SelectMany(graph => graph.Initializer).ToList();
        var constants = model.Graph.Initializer.Select(tensor => tensor.Name)
            .Concat(model.Graph.SparseInitializer.Select(tensor => tensor.Values?.Name ?? string.Empty)).ToHashSet(StringComparer.Ordinal);
        UInt128 parameters = 0;
        foreach (var tensor in initializers)
        {
            parameters += (ulong)TensorBytes.ElementCount(tensor);
        }

        return new GraphDescription
        {
            Inputs = [.. model.Graph.Input.Where(input => !constants.Contains(input.Name)).Select(Describe)],
            Outputs = [.. model.Graph.Output.Select(Describe)],
            Opset = model.OpsetImport.FirstOrDefault(set => set.Domain is "" or "ai.onnx")?.Version ?? 0,
            IrVersion = model.IrVersion,
            ParameterCount = (long)UInt128.Min(parameters, long.MaxValue),
            NodeCount = graphs.Sum(graph => graph.Node.Count),
            Precision = PrecisionOf(initializers),
            Producer = $"{model.ProducerName} {model.ProducerVersion}".Trim(),
        };
    }

    private static TensorSpec Describe(ValueInfoProto value)
    {
        if (value.Type?.ValueCase != TypeProto.ValueOneofCase.TensorType)
        {
            throw TsfErrors.UnsupportedGraph.With($"{GraphText.Quote(value.Name)} is not a tensor.");
        }

        var tensor = value.Type.TensorType;
        var datatype = DatatypeOf((DataType)tensor.ElemType)
            ?? throw TsfErrors.UnsupportedGraph.With($"{GraphText.Quote(value.Name)} has the datatype {(DataType)tensor.ElemType}, which the protocol does not have.");
        if (tensor.Shape is null)
        {
            throw TsfErrors.UnsupportedGraph.With($"{GraphText.Quote(value.Name)} has no shape.");
        }

        // A dimension without a value is dynamic, whether it has a name or not.
        long[] shape = [.. tensor.Shape.Dim.Select(dimension => dimension.HasDimValue && dimension.DimValue >= 0 ? dimension.DimValue : -1)];
        return shape.Length <= TensorShape.MaxRank
            ? new TensorSpec(value.Name, datatype, shape)
            : throw TsfErrors.UnsupportedGraph.With($"{GraphText.Quote(value.Name)} has {shape.Length} dimensions; at most {TensorShape.MaxRank} are served.");
    }

    private static Datatype? DatatypeOf(DataType type) => type switch
    {
        DataType.Bool => Datatype.Bool,
        DataType.Uint8 => Datatype.Uint8,
        DataType.Uint16 => Datatype.Uint16,
        DataType.Uint32 => Datatype.Uint32,
        DataType.Uint64 => Datatype.Uint64,
        DataType.Int8 => Datatype.Int8,
        DataType.Int16 => Datatype.Int16,
        DataType.Int32 => Datatype.Int32,
        DataType.Int64 => Datatype.Int64,
        DataType.Float16 => Datatype.Fp16,
        DataType.Bfloat16 => Datatype.Bf16,
        DataType.Float => Datatype.Fp32,
        DataType.Double => Datatype.Fp64,
        DataType.String => Datatype.Bytes,
        _ => null,
    };

    private static string PrecisionOf(IEnumerable<TensorProto> initializers)
    {
        var most = initializers
            .GroupBy(tensor => (DataType)tensor.DataType)
            .Select(group => (Type: group.Key, Bytes: group.Aggregate((UInt128)0, (sum, tensor) => sum + (ulong)(TensorBytes.Length(tensor) ?? 0))))
            .OrderByDescending(group => group.Bytes)
            .FirstOrDefault();
        return most.Type switch
        {
            DataType.Float => "fp32",
            DataType.Float16 => "fp16",
            DataType.Bfloat16 => "bf16",
            DataType.Int8 or DataType.Uint8 => "int8",
            _ => "other",
        };
    }
}
