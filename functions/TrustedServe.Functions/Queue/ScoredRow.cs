using System.Text.Json;
using System.Text.Unicode;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Queue;

/// <summary>A row on its way from a line of the input to a line of the output.</summary>
internal sealed class ScoredRow : IDisposable
{
    private const int MaxIdBytes = 256;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = StrictJson.MaxDepth, AllowDuplicateProperties = false };

    private JsonDocument? document;

    private ScoredRow(long number) => Number = number;

    /// <summary>Number of its line, from 1.</summary>
    public long Number { get; }

    /// <summary>What is to be encoded; undefined when <see cref="Error"/> is set.</summary>
    public JsonElement Value { get; private set; }

    /// <summary>Its <c>id</c> as it stood in the line (a string or number), or null.</summary>
    public string? Id { get; private set; }

    /// <summary>Why it has no result, or null.</summary>
    public TsfException? Error { get; set; }

    /// <summary>The answer that holds its result.</summary>
    public ModelInferResponse? Response { get; set; }

    /// <summary>Its place in <see cref="Response"/>.</summary>
    public int Index { get; set; }

    /// <summary>How many rows <see cref="Response"/> answers.</summary>
    public int Of { get; set; }

    /// <summary>Reads a line; a line that is not a row comes back with <see cref="Error"/> set.</summary>
    public static ScoredRow Parse(JsonLine line, ModelMetadataResponse metadata, int maxLineBytes)
    {
        var row = new ScoredRow(line.Number);
        try
        {
            row.Read(line, metadata, maxLineBytes);
        }
        catch (JsonException malformed)
        {
            row.Error = TsfErrors.InvalidRow.With($"The line is not one JSON value (byte {malformed.BytePositionInLine ?? 0}).");
        }
        catch (TsfException refused)
        {
            row.Error = refused;
        }

        return row;
    }

    /// <summary>Returns what reading it took.</summary>
    public void Dispose() => document?.Dispose();

    private void Read(JsonLine line, ModelMetadataResponse metadata, int maxLineBytes)
    {
        if (line.TooLong)
        {
            throw TsfErrors.InvalidRow.With($"The line has more than {maxLineBytes} bytes.");
        }

        if (line.Bytes.Span.IndexOfAnyExcept(" \t\r"u8) < 0)
        {
            throw TsfErrors.InvalidRow.With("The line is empty.");
        }

        if (!Utf8.IsValid(line.Bytes.Span))
        {
            throw TsfErrors.InvalidRow.With("The line is not UTF-8.");
        }

        DemandWholeCharacters(line.Bytes.Span);
        document = JsonDocument.Parse(line.Bytes, Strict);
        Value = document.RootElement;
        if (Value.ValueKind == JsonValueKind.Object && metadata.Inputs.All(input => input.Name != "id") && Value.TryGetProperty("id"u8, out var id))
        {
            TakeId(id);
        }
    }

    // JSON can escape half a surrogate pair, which no text holds: whoever reads such a string later would fail on it.
    private static void DemandWholeCharacters(ReadOnlySpan<byte> line)
    {
        if (line.IndexOf("\\ud"u8) < 0 && line.IndexOf("\\uD"u8) < 0)
        {
            return;
        }

        var reader = new Utf8JsonReader(line, new JsonReaderOptions { MaxDepth = StrictJson.MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
                {
                    reader.GetString();
                }
            }
        }
        catch (InvalidOperationException)
        {
            throw TsfErrors.InvalidRow.With($"The line holds half of a surrogate pair (before byte {reader.BytesConsumed}).");
        }
    }

    // The id is the sender's, not the model's: it comes back with the result and is no input.
    private void TakeId(JsonElement id)
    {
        var text = id.GetRawText();
        if (id.ValueKind is not (JsonValueKind.String or JsonValueKind.Number) || text.Length > MaxIdBytes)
        {
            throw TsfErrors.InvalidRow.With($"'id' must be a string or number of at most {MaxIdBytes} characters.");
        }

        Id = text;
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartObject();
            foreach (var member in Value.EnumerateObject().Where(member => !member.NameEquals("id"u8)))
            {
                member.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        document!.Dispose();
        document = JsonDocument.Parse(bytes.ToArray(), Strict);
        Value = document.RootElement;
    }
}
