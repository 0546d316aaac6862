using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Functions.Inference;

/// <summary>Makes sure that an answer's contents are as long as its shapes say, before anything is written from them.</summary>
internal static class InferResponseCheck
{
    /// <summary>Checks every output.</summary>
    /// <exception cref="TsfException">TSF0001 when the worker's answer contradicts itself.</exception>
    public static void Consistent(ModelInferResponse response)
    {
        if (response.RawOutputContents.Count != response.Outputs.Count)
        {
            throw TsfErrors.Internal.With("The worker's answer has not one content for each output.");
        }

        Span<long> shape = stackalloc long[TensorShape.MaxRank];
        for (var i = 0; i < response.Outputs.Count; i++)
        {
            var output = response.Outputs[i];
            if (output.Shape.Count > TensorShape.MaxRank
                || !DatatypeNames.TryParse(output.Datatype, out var datatype)
                || !RawTensor.Fits(datatype, response.RawOutputContents[i].Span, TensorShape.ElementCount(output.Shape.CopyTo(shape), output.Name)))
            {
                throw TsfErrors.Internal.With($"The worker's output '{output.Name}' contradicts its datatype or shape.");
            }
        }
    }
}
