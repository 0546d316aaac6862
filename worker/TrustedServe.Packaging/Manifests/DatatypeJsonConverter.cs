using System.Text.Json;
using System.Text.Json.Serialization;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Packaging.Manifests;

/// <summary>Datatypes as the Open Inference Protocol writes them: <c>FP32</c>, <c>INT64</c>, <c>BYTES</c>.</summary>
internal sealed class DatatypeJsonConverter : JsonConverter<Datatype>
{
    public override Datatype Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && DatatypeNames.TryParse(reader.GetString(), out var datatype)
            ? datatype
            : throw new JsonException("A datatype must be one of the protocol's names, such as FP32.");

    public override void Write(Utf8JsonWriter writer, Datatype value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name());
}
