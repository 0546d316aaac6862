using System.Text.Json;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Packaging.Manifests;

/// <summary>Reads the member <c>formatVersion</c> of a document without reading the document.</summary>
internal static class FormatProbe
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = StrictJson.MaxDepth };

    /// <summary>The version, or null when the document has none that is a whole number.</summary>
    /// <exception cref="JsonException">When the bytes before it are not JSON.</exception>
    public static int? ReadVersion(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, Options);
        while (reader.Read())
        {
            if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("formatVersion"u8))
            {
                return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var version) ? version : null;
            }
        }

        return null;
    }
}
