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
        catch (JsonException exception)
        {
            // The parser's own text can quote input, so only the place is passed on.
            throw TsfErrors.MalformedKbsMessage.With($"The {what} is not JSON of the protocol (line {exception.LineNumber + 1 ?? 0}, byte {exception.BytePositionInLine ?? 0}).");
        }
    }

    /// <summary>Writes a message.</summary>
    public static byte[] Write<T>(T message) => JsonSerializer.SerializeToUtf8Bytes(message, Options);

    /// <summary>Turns a value into an element, to be carried inside a message.</summary>
    public static JsonElement Element<T>(T value) => JsonSerializer.SerializeToElement(value, Options);

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
