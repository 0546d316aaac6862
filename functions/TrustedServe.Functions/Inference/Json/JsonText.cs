using System.Text.Json;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Inference.Json;

/// <summary>Short strings of a request: names, ids, datatypes.</summary>
internal static class JsonText
{
    /// <summary>The longest name or id that is taken. Names come back in messages, so they are bounded.</summary>
    public const int MaxLength = 256;

    /// <summary>Reads the string or property name that the reader stands at.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <exception cref="TsfException">TSF4001 when it is no string, too long, or not Unicode.</exception>
    public static string Read(ref Utf8JsonReader reader, string what)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
        {
            throw TsfErrors.MalformedRequest.With($"There is {Kind(reader.TokenType)} where {what} should stand, which must be a string.");
        }

        if (reader.ValueSpan.Length > MaxLength)
        {
            throw TsfErrors.MalformedRequest.With($"{what}: longer than {MaxLength} bytes.");
        }

        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw TsfErrors.MalformedRequest.With($"{what}: half of a surrogate pair.", exception);
        }
    }

    private static string Kind(JsonTokenType token) => token switch
    {
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        _ => "nothing",
    };
}
