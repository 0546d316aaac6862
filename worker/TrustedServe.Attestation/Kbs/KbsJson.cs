using System.Text.Encodings.Web;
using System.Text.Json;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Kbs;

/// <summary>
/// JSON of the KBS protocol: members that a newer peer adds are passed over (unlike in this project's own documents), but
/// doubled members, missing required ones and depth over 32 are errors.
/// </summary>
public static class KbsJson
{
    /// <summary>The deepest nesting that is read.</summary>
    public const int MaxDepth = 32;

    /// <summary>The options for every message of the protocol.</summary>
    public static readonly JsonSerializerOptions Options = Create();

    /// <summary>Reads a message.</summary>
    /// <exception cref="TsfException">TSF3014 for anything that is not one; the text of the message is not repeated.</exception>
    public static T Read<T>(ReadOnlySpan<byte> utf8, string what)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(utf8, Options)
                ?? throw TsfErrors.MalformedKbsMessage.With($"The {what} is null; an object is expected.");
        }
        catch (Exception exception) when (IsMalformed(exception))
        {
            // The parser's own text can quote input, so only the place is passed on.
            var place = exception is JsonException { LineNumber: { } line } json ? $" (line {line + 1}, byte {json.BytePositionInLine})" : "";
            throw TsfErrors.MalformedKbsMessage.With($"The {what} is not JSON of the protocol{place}.");
        }
    }

    /// <summary>Writes a message.</summary>
    public static byte[] Write<T>(T message) => JsonSerializer.SerializeToUtf8Bytes(message, Options);

    /// <summary>Turns a value into an element, to be carried inside a message.</summary>
    public static JsonElement Element<T>(T value) => JsonSerializer.SerializeToElement(value, Options);

    /// <summary>
    /// Whether the parser refused its input. It says so with two kinds of exception: names with escaped lone surrogates are only
    /// noticed when doubled members are looked for.
    /// </summary>
    public static bool IsMalformed(Exception exception) => exception is JsonException or InvalidOperationException;

    /// <summary>The text of a string; null for other kinds and for escaped lone surrogates, which the parser lets pass.</summary>
    public static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The text of an object's member; null where it is missing or not text.</summary>
    public static string? Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var member) ? Text(member) : null;

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions
        {
            AllowDuplicateProperties = false,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            MaxDepth = MaxDepth,
            DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
