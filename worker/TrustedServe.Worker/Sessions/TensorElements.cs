using Microsoft.ML.OnnxRuntime.Tensors;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Worker.Sessions;

/// <summary>Element types of the protocol and of the engine.</summary>
internal static class TensorElements
{
    /// <summary>The engine's name of a datatype.</summary>
    public static TensorElementType ToEngine(Datatype datatype) => datatype switch
    {
        Datatype.Bool => TensorElementType.Bool,
        Datatype.Uint8 => TensorElementType.UInt8,
        Datatype.Uint16 => TensorElementType.UInt16,
        Datatype.Uint32 => TensorElementType.UInt32,
        Datatype.Uint64 => TensorElementType.UInt64,
        Datatype.Int8 => TensorElementType.Int8,
        Datatype.Int16 => TensorElementType.Int16,
        Datatype.Int32 => TensorElementType.Int32,
        Datatype.Int64 => TensorElementType.Int64,
        Datatype.Fp16 => TensorElementType.Float16,
        Datatype.Bf16 => TensorElementType.BFloat16,
        Datatype.Fp32 => TensorElementType.Float,
        Datatype.Fp64 => TensorElementType.Double,
        Datatype.Bytes => TensorElementType.String,
        _ => throw new ArgumentOutOfRangeException(nameof(datatype)),
    };
}
