using System.Text.Json;

namespace TrustedServe.Protocol.Json;

/// <summary>
/// JSON from outside, read by hand. The parser passes an escaped half of a surrogate pair and only notices it, with an
/// <see cref="InvalidOperationException"/>, when somebody compares or copies the text; here that is malformed JSON like any other.
/// (<see cref="JsonSerializer"/> does the same by itself.)
/// </summary>
public static class UntrustedJson
{
    /// <summary>Whether the name or string that the reader stands at is this text.</summary>
    /// <exception cref="JsonException">When it is not text.</exception>
    public static bool TextEquals(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8)
    {
        try
        {
            return reader.ValueTextEquals(utf8);
        }
        catch (InvalidOperationException exception)
        {
            throw NotText(exception);
        }
    }

    /// <summary>The document, whose names can be compared and copied when <paramref name="options"/> refuse doubled ones.</summary>
    /// <exception cref="JsonException">When it is not JSON, or a name in it is not text.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> utf8, JsonDocumentOptions options)
    {
        try
        {
            return JsonDocument.Parse(utf8, options);
        }
        catch (InvalidOperationException exception)
        {
            throw NotText(exception);
        }
    }

    /// <summary>The document from a stream; see <see cref="Parse(ReadOnlyMemory{byte}, JsonDocumentOptions)"/>.</summary>
    /// <exception cref="JsonException">When it is not JSON, or a name in it is not text.</exception>
    public static JsonDocument Parse(Stream utf8, JsonDocumentOptions options)
    {
        try
        {
            return JsonDocument.Parse(utf8, options);
        }
        catch (InvalidOperationException exception)
        {
            throw NotText(exception);
        }
    }

    /// <summary>Checks that every string in a parsed value is text, so that reading one later cannot fail.</summary>
    /// <exception cref="JsonException">When one is not.</exception>
    public static void RequireText(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    RequireText(member.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    RequireText(item);
                }

                break;
            case JsonValueKind.String:
                try
                {
                    value.GetString();
                }
                catch (InvalidOperationException exception)
                {
                    throw NotText(exception);
                }

                break;
        }
    }

    /// <summary>Where the mistake is, for messages; never a part of the document.</summary>
    public static string Place(JsonException exception) => exception.LineNumber is { } line
        ? $"line {line + 1}, byte {exception.BytePositionInLine + 1}"
        : "a name or string holds half of a surrogate pair";

    private static JsonException NotText(InvalidOperationException cause) => new("A name or string holds half of a surrogate pair.", cause);
}
