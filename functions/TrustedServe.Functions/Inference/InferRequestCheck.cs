using Google.Protobuf.Collections;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Functions.Inference;

/// <summary>Compares a request with what the model's metadata asks for, so that what cannot fit never reaches a worker.</summary>
internal static class InferRequestCheck
{
    /// <summary>Checks names, datatypes and shapes of the inputs, and the names of the requested outputs.</summary>
    /// <exception cref="TsfException">TSF4002, TSF4005 or TSF4006.</exception>
    public static void Against(ModelMetadataResponse metadata, ModelInferRequest request)
    {
        for (var i = 0; i < request.Inputs.Count; i++)
        {
            var input = request.Inputs[i];
            var declared = Find(metadata.Inputs, input.Name)
                ?? throw TsfErrors.UnknownInput.With($"The model has no input '{input.Name}'; it has {Names(metadata.Inputs)}.");
            for (var j = 0; j < i; j++)
            {
                if (request.Inputs[j].Name == input.Name)
                {
                    throw TsfErrors.UnknownInput.With($"Input '{input.Name}' is given twice.");
                }
            }

            CheckTensor(declared, input);
        }

        if (request.Inputs.Count < metadata.Inputs.Count)
        {
            var missing = metadata.Inputs.First(declared => request.Inputs.All(input => input.Name != declared.Name));
            throw TsfErrors.UnknownInput.With($"Input '{missing.Name}' is missing.");
        }

        for (var i = 0; i < request.Outputs.Count; i++)
        {
            var name = request.Outputs[i].Name;
            if (Find(metadata.Outputs, name) is null)
            {
                throw TsfErrors.UnknownOutput.With($"The model has no output '{name}'; it has {Names(metadata.Outputs)}.");
            }

            for (var j = 0; j < i; j++)
            {
                if (request.Outputs[j].Name == name)
                {
                    throw TsfErrors.UnknownOutput.With($"Output '{name}' is asked for twice.");
                }
            }
        }
    }

    private static void CheckTensor(ModelMetadataResponse.Types.TensorMetadata declared, ModelInferRequest.Types.InferInputTensor input)
    {
        if (declared.Datatype != input.Datatype)
        {
            throw TsfErrors.InvalidTensor.With($"Input '{input.Name}' is of datatype {input.Datatype}; the model takes {declared.Datatype}.");
        }

        var actual = input.Shape.CopyTo(stackalloc long[TensorShape.MaxRank]);
        var wanted = declared.Shape.CopyTo(stackalloc long[TensorShape.MaxRank]);
        if (!TensorShape.Matches(actual, wanted))
        {
            throw TsfErrors.InvalidTensor.With($"Input '{input.Name}' has the shape {TensorShape.Format(actual)}; the model takes {TensorShape.Format(wanted)}.");
        }
    }

    private static ModelMetadataResponse.Types.TensorMetadata? Find(RepeatedField<ModelMetadataResponse.Types.TensorMetadata> tensors, string name)
    {
        foreach (var tensor in tensors)
        {
            if (tensor.Name == name)
            {
                return tensor;
            }
        }

        return null;
    }

    private static string Names(RepeatedField<ModelMetadataResponse.Types.TensorMetadata> tensors) =>
        string.Join(", ", tensors.Select(tensor => $"'{tensor.Name}'"));
}
