using System.Text.Json;
using Google.Protobuf.Collections;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Inference.Json;

/// <summary>The protocol's <c>parameters</c> objects: names with a boolean, a number or a string each.</summary>
internal static class ParameterJson
{
    /// <summary>The most parameters that one object may have; the protocol knows fewer than ten.</summary>
    private const int MaxCount = 64;

    /// <summary>Reads the object whose first token the reader stands at.</summary>
    /// <exception cref="TsfException">TSF4001 for anything that is not such an object.</exception>
    public static void Read(ref Utf8JsonReader reader, MapField<string, InferParameter> target)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw TsfErrors.MalformedRequest.With("'parameters' must be an object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonText.Read(ref reader, "the name of a parameter");
            reader.Read();
            if (target.Count == MaxCount || !target.TryAdd(name, ReadValue(ref reader, name)))
            {
                throw TsfErrors.MalformedRequest.With($"Parameter '{name}' stands there twice, or there are more than {MaxCount}.");
            }
        }
    }

    /// <summary>Writes the object.</summary>
    public static void Write(Utf8JsonWriter writer, MapField<string, InferParameter> parameters)
    {
        writer.WriteStartObject();
        foreach (var (name, value) in parameters)
        {
            switch (value.ParameterChoiceCase)
            {
                case InferParameter.ParameterChoiceOneofCase.BoolParam:
                    writer.WriteBoolean(name, value.BoolParam);
                    break;
                case InferParameter.ParameterChoiceOneofCase.Int64Param:
                    writer.WriteNumber(name, value.Int64Param);
                    break;
                case InferParameter.ParameterChoiceOneofCase.StringParam:
                    writer.WriteString(name, value.StringParam);
                    break;
                case InferParameter.ParameterChoiceOneofCase.DoubleParam when double.IsFinite(value.DoubleParam):
                    writer.WriteNumber(name, value.DoubleParam);
                    break;
                case InferParameter.ParameterChoiceOneofCase.Uint64Param:
                    writer.WriteNumber(name, value.Uint64Param);
                    break;
                default:
                    writer.WriteNull(name);
                    break;
            }
        }

        writer.WriteEndObject();
    }

    private static InferParameter ReadValue(ref Utf8JsonReader reader, string name) => reader.TokenType switch
    {
        JsonTokenType.True => new InferParameter { BoolParam = true },
        JsonTokenType.False => new InferParameter { BoolParam = false },
        JsonTokenType.String => new InferParameter { StringParam = JsonText.Read(ref reader, "a parameter") },
        JsonTokenType.Number when reader.TryGetInt64(out var value) => new InferParameter { Int64Param = value },
        JsonTokenType.Number when reader.TryGetUInt64(out var value) => new InferParameter { Uint64Param = value },
        JsonTokenType.Number when reader.TryGetDouble(out var value) && double.IsFinite(value) => new InferParameter { DoubleParam = value },
        _ => throw TsfErrors.MalformedRequest.With($"Parameter '{name}' must be a boolean, a number or a string."),
    };
}
