using System.Text.Json;
using System.Text.Unicode;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Functions.Inference.Json;

/// <summary>
/// Reads the protocol's inference request, the hot path of every caller: one pass over the body, tensors straight into raw
/// contents, no document in between. Members that the protocol does not have are refused, so that a typing error is
/// answered instead of ignored.
/// </summary>
internal static class InferRequestReader
{
    /// <summary>The deepest nesting that is read.</summary>
    public const int MaxDepth = 100;

    /// <summary>The most inputs or outputs that a request may name.</summary>
    private const int MaxTensors = 256;

    private static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    [Flags]
    private enum Members
    {
        None = 0,
        Id = 1,
        Parameters = 2,
        Inputs = 4,
        Outputs = 8,
        Name = 16,
        Shape = 32,
        Datatype = 64,
        Data = 128,
    }

    /// <summary>Reads a request; model name and version are left for the gateway.</summary>
    /// <param name="utf8">The whole body.</param>
    /// <param name="rawLimit">The most raw bytes that its inputs may take together.</param>
    /// <param name="reserve">Asked for memory before it is allocated; null where nobody keeps count.</param>
    /// <exception cref="TsfException">TSF4001, TSF4002 or TSF4007, naming the place; TSF4012 when memory is short.</exception>
    public static ModelInferRequest Read(ReadOnlySpan<byte> utf8, long rawLimit, Action<int>? reserve = null)
    {
        if (utf8.IsEmpty)
        {
            throw TsfErrors.MalformedRequest.With("The body is empty.");
        }

        if (!Utf8.IsValid(utf8))
        {
            throw TsfErrors.MalformedRequest.With("The body is not UTF-8.");
        }

        var reader = new Utf8JsonReader(utf8, Options);
        try
        {
            reader.Read();
            var request = ReadRequest(ref reader, new Limits(utf8.Length, new TensorMemory(rawLimit, reserve)));
            reader.Read();
            return request;
        }
        catch (JsonException exception)
        {
            throw Malformed(exception, reader.CurrentDepth);
        }
    }

    /// <summary>The refusal of a body that is not JSON.</summary>
    public static TsfException Malformed(JsonException exception, int depth) => depth >= MaxDepth
        ? TsfErrors.MalformedRequest.With($"The body is nested deeper than {MaxDepth}.")
        : TsfErrors.MalformedRequest.With($"The body is not valid JSON: {UntrustedJson.Place(exception)}.");

    private static ModelInferRequest ReadRequest(ref Utf8JsonReader reader, Limits limits)
    {
        Expect(ref reader, JsonTokenType.StartObject, "The body", "an object");
        var request = new ModelInferRequest();
        var seen = Members.None;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = MemberOf(ref reader);
            switch (member)
            {
                case Members.Id:
                    reader.Read();
                    request.Id = JsonText.Read(ref reader, "'id'");
                    break;
                case Members.Parameters:
                    reader.Read();
                    ParameterJson.Read(ref reader, request.Parameters);
                    break;
                case Members.Inputs:
                    reader.Read();
                    ReadInputs(ref reader, request, limits);
                    break;
                case Members.Outputs:
                    reader.Read();
                    ReadOutputs(ref reader, request);
                    break;
                default:
                    throw UnknownMember(ref reader, "the request");
            }

            Once(ref seen, member, "The request");
        }

        return (seen & Members.Inputs) != 0 ? request : throw TsfErrors.MalformedRequest.With("The request has no 'inputs'.");
    }

    private static void ReadInputs(ref Utf8JsonReader reader, ModelInferRequest request, Limits limits)
    {
        Expect(ref reader, JsonTokenType.StartArray, "'inputs'", "an array");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(ref reader, JsonTokenType.StartObject, "An element of 'inputs'", "an object");
            Bounded(request.Inputs.Count, "inputs");
            ReadInput(ref reader, request, limits);
        }
    }

    private static void ReadInput(ref Utf8JsonReader reader, ModelInferRequest request, Limits limits)
    {
        var input = new ModelInferRequest.Types.InferInputTensor();
        var datatype = default(Datatype);
        var seen = Members.None;
        var deferred = default(Utf8JsonReader);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = MemberOf(ref reader);
            Once(ref seen, member, "An input");
            switch (member)
            {
                case Members.Name:
                    reader.Read();
                    input.Name = JsonText.Read(ref reader, "'name' of an input");
                    break;
                case Members.Datatype:
                    reader.Read();
                    datatype = ReadDatatype(ref reader);
                    input.Datatype = datatype.Name();
                    break;
                case Members.Shape:
                    reader.Read();
                    ReadShape(ref reader, input);
                    break;
                case Members.Parameters:
                    reader.Read();
                    ParameterJson.Read(ref reader, input.Parameters);
                    break;
                case Members.Data:
                    // What comes before shape and datatype is read when they are known; a reader is a value, so its place can be kept.
                    reader.Read();
                    deferred = reader;
                    if ((seen & (Members.Shape | Members.Datatype)) == (Members.Shape | Members.Datatype))
                    {
                        request.RawInputContents.Add(ReadData(ref reader, input, datatype, limits));
                    }
                    else
                    {
                        reader.Skip();
                    }

                    break;
                default:
                    throw UnknownMember(ref reader, "an input");
            }
        }

        const Members Needed = Members.Name | Members.Shape | Members.Datatype | Members.Data;
        if ((seen & Needed) != Needed)
        {
            throw TsfErrors.MalformedRequest.With($"Input '{input.Name}' lacks {(Needed & ~seen).ToString().ToLowerInvariant()}.");
        }

        if (request.RawInputContents.Count == request.Inputs.Count)
        {
            request.RawInputContents.Add(ReadData(ref deferred, input, datatype, limits));
        }

        request.Inputs.Add(input);
    }

    private static Google.Protobuf.ByteString ReadData(ref Utf8JsonReader reader, ModelInferRequest.Types.InferInputTensor input, Datatype datatype, Limits limits)
    {
        var shape = input.Shape.CopyTo(stackalloc long[TensorShape.MaxRank]);
        return TensorJsonReader.Read(ref reader, limits.TextLength, input.Name, datatype, shape, limits.Memory);
    }

    private static void ReadOutputs(ref Utf8JsonReader reader, ModelInferRequest request)
    {
        Expect(ref reader, JsonTokenType.StartArray, "'outputs'", "an array");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Expect(ref reader, JsonTokenType.StartObject, "An element of 'outputs'", "an object");
            Bounded(request.Outputs.Count, "outputs");
            var output = new ModelInferRequest.Types.InferRequestedOutputTensor();
            var seen = Members.None;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var member = MemberOf(ref reader);
                Once(ref seen, member, "An output");
                switch (member)
                {
                    case Members.Name:
                        reader.Read();
                        output.Name = JsonText.Read(ref reader, "'name' of an output");
                        break;
                    case Members.Parameters:
                        reader.Read();
                        ParameterJson.Read(ref reader, output.Parameters);
                        break;
                    default:
                        throw UnknownMember(ref reader, "a requested output");
                }
            }

            if ((seen & Members.Name) == 0)
            {
                throw TsfErrors.MalformedRequest.With("A requested output lacks 'name'.");
            }

            request.Outputs.Add(output);
        }
    }

    private static Datatype ReadDatatype(ref Utf8JsonReader reader)
    {
        var name = JsonText.Read(ref reader, "'datatype' of an input");
        return DatatypeNames.TryParse(name, out var datatype)
            ? datatype
            : throw TsfErrors.InvalidTensor.With($"'{name}' is not a datatype of the protocol.");
    }

    private static void ReadShape(ref Utf8JsonReader reader, ModelInferRequest.Types.InferInputTensor input)
    {
        Expect(ref reader, JsonTokenType.StartArray, "'shape'", "an array");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var dimension) || input.Shape.Count == TensorShape.MaxRank)
            {
                throw TsfErrors.InvalidTensor.With($"Input '{input.Name}': 'shape' must be an array of at most {TensorShape.MaxRank} whole numbers.");
            }

            input.Shape.Add(dimension);
        }
    }

    private static Members MemberOf(ref Utf8JsonReader reader)
    {
        if (UntrustedJson.TextEquals(ref reader, "name"u8))
        {
            return Members.Name;
        }

        if (UntrustedJson.TextEquals(ref reader, "shape"u8))
        {
            return Members.Shape;
        }

        if (UntrustedJson.TextEquals(ref reader, "datatype"u8))
        {
            return Members.Datatype;
        }

        if (UntrustedJson.TextEquals(ref reader, "data"u8))
        {
            return Members.Data;
        }

        if (UntrustedJson.TextEquals(ref reader, "inputs"u8))
        {
            return Members.Inputs;
        }

        if (UntrustedJson.TextEquals(ref reader, "id"u8))
        {
            return Members.Id;
        }

        if (UntrustedJson.TextEquals(ref reader, "parameters"u8))
        {
            return Members.Parameters;
        }

        return UntrustedJson.TextEquals(ref reader, "outputs"u8) ? Members.Outputs : Members.None;
    }

    private static void Once(ref Members seen, Members member, string where)
    {
        if ((seen & member) != 0)
        {
            throw TsfErrors.MalformedRequest.With($"{where} has '{member.ToString().ToLowerInvariant()}' twice.");
        }

        seen |= member;
    }

    private static void Bounded(int count, string what)
    {
        if (count == MaxTensors)
        {
            throw TsfErrors.MalformedRequest.With($"The request has more than {MaxTensors} {what}.");
        }
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token, string what, string kind)
    {
        if (reader.TokenType != token)
        {
            throw TsfErrors.MalformedRequest.With($"{what} must be {kind}.");
        }
    }

    private static TsfException UnknownMember(ref Utf8JsonReader reader, string where) =>
        TsfErrors.MalformedRequest.With($"'{JsonText.Read(ref reader, "a member's name")}' is not a member of {where} in this protocol.");

    private readonly record struct Limits(int TextLength, TensorMemory Memory);
}
