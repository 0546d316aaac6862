using System.Runtime.InteropServices;
using Google.Protobuf;
using TrustedServe.Packaging.Graphs.Onnx;
using static TrustedServe.Packaging.Graphs.Onnx.TensorProto.Types;

namespace TrustedServe.Optimizer.Weights;

/// <summary>Tensors that a graph holds itself.</summary>
internal static class SmallTensor
{
    /// <summary>A tensor of FP32 or INT64.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="elements">Its elements.</param>
    /// <param name="shape">Its shape; a vector when it is left out.</param>
    public static TensorProto Of<T>(string name, ReadOnlySpan<T> elements, params long[] shape)
        where T : unmanaged => new()
        {
            Name = name,
            DataType = (int)(typeof(T) == typeof(float) ? DataType.Float : DataType.Int64),
            Dims = { shape.Length == 0 ? [elements.Length] : shape },
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(elements)),
        };
}
