using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Worker.Tensors;

/// <summary>From a request to checked inputs and requested outputs. Everything in a request is hostile until it passed here.</summary>
internal static class RequestReader
{
    /// <summary>The request's inputs in the order of <paramref name="declared"/>, each checked against it.</summary>
    /// <exception cref="TsfException">TSF4002, TSF4005 or TSF4013.</exception>
    public static InputTensor[] ReadInputs(ModelInferRequest request, IReadOnlyList<TensorSpec> declared, int maxBatch)
    {
        var raw = request.RawInputContents;
        if (raw.Count > 0 && raw.Count != request.Inputs.Count)
        {
            throw TsfErrors.InvalidTensor.With($"The request has {request.Inputs.Count} inputs but raw contents for {raw.Count}.");
        }

        if (request.Inputs.Count > declared.Count)
        {
            throw TsfErrors.UnknownInput.With($"The request has {request.Inputs.Count} inputs; the model takes {Names(declared)}.");
        }

        var inputs = new InputTensor[declared.Count];
        for (var i = 0; i < request.Inputs.Count; i++)
        {
            var sent = request.Inputs[i];
            var place = Find(declared, sent.Name);
            if (place < 0)
            {
                throw TsfErrors.UnknownInput.With($"The model has no input of the name of input {i}; it takes {Names(declared)}.");
            }

            if (inputs[place] is not null)
            {
                throw TsfErrors.UnknownInput.With($"Input '{declared[place].Name}' is given twice.");
            }

            inputs[place] = Read(sent, raw.Count > 0 ? raw[i].Memory : default(ReadOnlyMemory<byte>?), declared[place], maxBatch);
        }

        for (var i = 0; i < inputs.Length; i++)
        {
            if (inputs[i] is null)
            {
                throw TsfErrors.UnknownInput.With($"Input '{declared[i].Name}' is missing.");
            }
        }

        return inputs;
    }

    /// <summary>Which outputs the request asks for, as places in <paramref name="declared"/> in the order asked; all when it names none.</summary>
    /// <exception cref="TsfException">TSF4006.</exception>
    public static int[] ReadOutputs(ModelInferRequest request, IReadOnlyList<TensorSpec> declared)
    {
        if (request.Outputs.Count == 0)
        {
            return [.. Enumerable.Range(0, declared.Count)];
        }

        if (request.Outputs.Count > declared.Count)
        {
            throw TsfErrors.UnknownOutput.With($"The request asks for {request.Outputs.Count} outputs; the model has {Names(declared)}.");
        }

        var places = new int[request.Outputs.Count];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = Find(declared, request.Outputs[i].Name);
            if (places[i] < 0)
            {
                throw TsfErrors.UnknownOutput.With($"The model has no output of the name of requested output {i}; it has {Names(declared)}.");
            }

            if (places.AsSpan(0, i).Contains(places[i]))
            {
                throw TsfErrors.UnknownOutput.With($"Output '{declared[places[i]].Name}' is asked for twice.");
            }
        }

        return places;
    }

    private static InputTensor Read(ModelInferRequest.Types.InferInputTensor sent, ReadOnlyMemory<byte>? raw, TensorSpec declared, int maxBatch)
    {
        var name = declared.Name;
        if (!DatatypeNames.TryParse(sent.Datatype, out var datatype) || datatype != declared.Datatype)
        {
            throw TsfErrors.InvalidTensor.With($"Input '{name}' must be {declared.Datatype.Name()}; the request says otherwise.");
        }

        if (sent.Shape.Count > TensorShape.MaxRank)
        {
            throw TsfErrors.InvalidTensor.With($"Tensor '{name}' has {sent.Shape.Count} dimensions; at most {TensorShape.MaxRank} are allowed.");
        }

        long[] shape = [.. sent.Shape];
        var count = TensorShape.ElementCount(shape, name);
        long[] declaredShape = [.. declared.Shape];
        if (!TensorShape.Matches(shape, declaredShape))
        {
            throw TsfErrors.InvalidTensor.With($"Input '{name}' has shape {TensorShape.Format(shape)}; the model takes {TensorShape.Format(declaredShape)}.");
        }

        CheckBatch(name, shape, declaredShape, maxBatch);
        if (raw is not null && sent.Contents is not null)
        {
            throw TsfErrors.InvalidTensor.With($"Input '{name}' has both raw and typed contents.");
        }

        var data = raw ?? TypedContents.ToRaw(sent.Contents ?? new InferTensorContents(), datatype, name);
        CheckData(name, datatype, count, data.Span);
        return new InputTensor(name, datatype, shape, (int)count, data);
    }

    // The first dimension counts the rows where the model leaves it open.
    private static void CheckBatch(string name, long[] shape, long[] declared, int maxBatch)
    {
        if (shape.Length == 0 || declared[0] >= 0)
        {
            return;
        }

        if (shape[0] == 0)
        {
            throw TsfErrors.InvalidTensor.With($"Input '{name}' has no rows.");
        }

        if (shape[0] > maxBatch)
        {
            throw TsfErrors.InputTooLong.With($"Input '{name}' has {shape[0]} rows; the model takes at most {maxBatch} in one request.");
        }
    }

    private static void CheckData(string name, Datatype datatype, long count, ReadOnlySpan<byte> data)
    {
        if (datatype == Datatype.Bytes)
        {
            BytesElements.Check(data, count, name);
            return;
        }

        var expected = count * datatype.ElementSize();
        if (data.Length != expected)
        {
            throw TsfErrors.InvalidTensor.With($"Input '{name}' has {data.Length} bytes of data; its shape needs {expected}.");
        }

        if (datatype == Datatype.Bool && data.ContainsAnyExceptInRange((byte)0, (byte)1))
        {
            throw TsfErrors.InvalidTensor.With($"Input '{name}' has a BOOL element that is neither 0 nor 1.");
        }
    }

    private static int Find(IReadOnlyList<TensorSpec> declared, string name)
    {
        for (var i = 0; i < declared.Count; i++)
        {
            if (declared[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    private static string Names(IReadOnlyList<TensorSpec> declared) => string.Join(", ", declared.Select(tensor => $"'{tensor.Name}'"));
}
