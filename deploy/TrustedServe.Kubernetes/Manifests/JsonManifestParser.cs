using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Manifests;

/// <summary>JSON values with places; several may follow each other, as <c>kubectl</c> reads them too.</summary>
internal static class JsonManifestParser
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads every value.</summary>
    /// <exception cref="TsfException">TSF7020.</exception>
    public static List<(JsonNode? Value, PositionNode Position)> Parse(string text, ReadContext context)
    {
        byte[] bytes;
        try
        {
            bytes = StrictUtf8.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            throw context.Refuse(1, 1, "half of a surrogate pair; not text");
        }

        var places = new LineCounter(bytes);
        var documents = new List<(JsonNode?, PositionNode)>();
        // One level more than is read, so that the refusal is the same as for YAML.
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = ManifestReader.MaxDepth + 1, AllowMultipleValues = true });
        try
        {
            while (reader.Read())
            {
                var (line, column) = places.At(reader.TokenStartIndex);
                context.CountDocument(line, column);
                documents.Add(Value(ref reader, places, context, depth: 1));
            }

            return documents;
        }
        catch (JsonException exception)
        {
            throw context.Refuse((exception.LineNumber ?? 0) + 1, (exception.BytePositionInLine ?? 0) + 1, "not JSON", exception);
        }
        catch (InvalidOperationException exception)
        {
            // The reader passes an escaped half of a surrogate pair and notices it when the text is copied.
            var (line, column) = places.At(reader.TokenStartIndex);
            throw context.Refuse(line, column, "half of a surrogate pair; not text", exception);
        }
    }

    private static (JsonNode? Value, PositionNode Position) Value(ref Utf8JsonReader reader, LineCounter places, ReadContext context, int depth)
    {
        var (line, column) = places.At(reader.TokenStartIndex);
        context.CountValue(depth, line, column);
        var place = new PositionNode(line, column);
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => Members(ref reader, places, context, depth, place),
            JsonTokenType.StartArray => Items(ref reader, places, context, depth, place),
            JsonTokenType.String => (JsonValue.Create(reader.GetString()!), place),
            JsonTokenType.True or JsonTokenType.False => (JsonValue.Create(reader.GetBoolean()), place),
            JsonTokenType.Null => (null, place),
            _ when reader.TryGetInt64(out var whole) => (JsonValue.Create(whole), place),
            _ when reader.TryGetDouble(out var number) && double.IsFinite(number) => (JsonValue.Create(number), place),
            _ => throw context.Refuse(line, column, "a number beyond what a double can hold"),
        };
    }

    private static (JsonNode? Value, PositionNode Position) Members(ref Utf8JsonReader reader, LineCounter places, ReadContext context, int depth, PositionNode place)
    {
        var members = new JsonObject();
        var positions = new Dictionary<string, PositionNode>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var (line, column) = places.At(reader.TokenStartIndex);
            var name = reader.GetString()!;
            context.CheckName(name, line, column);
            reader.Read();
            var (value, position) = Value(ref reader, places, context, depth + 1);
            if (!positions.TryAdd(name, position.Named(line, column)))
            {
                throw context.Refuse(line, column, $"'{ReadContext.Shown(name)}' stands twice in one object");
            }

            members.Add(name, value);
        }

        return (members, new PositionNode(place.Line, place.Column) { Members = positions });
    }

    private static (JsonNode? Value, PositionNode Position) Items(ref Utf8JsonReader reader, LineCounter places, ReadContext context, int depth, PositionNode place)
    {
        var items = new JsonArray();
        var positions = new List<PositionNode>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            var (value, position) = Value(ref reader, places, context, depth + 1);
            items.Add(value);
            positions.Add(position);
        }

        return (items, new PositionNode(place.Line, place.Column) { Items = positions });
    }
}
