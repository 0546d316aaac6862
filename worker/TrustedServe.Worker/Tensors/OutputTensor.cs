using System.Runtime.InteropServices;
using Google.Protobuf;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Worker.Tensors;

/// <summary>Adding outputs to an answer.</summary>
internal static class OutputTensor
{
    /// <summary>Adds an output; the array becomes the answer's, without a copy, and must not be touched again.</summary>
    public static void Add(ModelInferResponse response, string name, Datatype datatype, ReadOnlySpan<long> shape, byte[] data)
    {
        var output = new ModelInferResponse.Types.InferOutputTensor { Name = name, Datatype = datatype.Name() };
        output.Shape.AddRange(shape.ToArray());
        response.Outputs.Add(output);
        response.RawOutputContents.Add(UnsafeByteOperations.UnsafeWrap(data));
    }

    /// <summary>Adds FP32 elements.</summary>
    public static void Add(ModelInferResponse response, string name, ReadOnlySpan<long> shape, ReadOnlySpan<float> data) =>
        Add(response, name, Datatype.Fp32, shape, MemoryMarshal.AsBytes(data).ToArray());
}
