using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TrustedServe.Functions.Predictions;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Queue;

/// <summary>
/// Writes output lines: <c>{"row":n,"id":…,…result}</c> or <c>{"row":n,"id":…,"error":{"code","message"}}</c>. The members of a result stand
/// beside <c>row</c>, or under <c>outputs</c> when the model has an output of one of those names.
/// </summary>
internal sealed class ResultLineWriter
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly IBufferWriter<byte> output;
    private readonly ModelMetadataResponse metadata;
    private readonly ArrayBufferWriter<byte> result = new();
    private readonly Utf8JsonWriter json;
    private readonly bool nested;

    /// <summary>Writes into <paramref name="output"/>.</summary>
    public ResultLineWriter(IBufferWriter<byte> output, ModelMetadataResponse metadata)
    {
        (this.output, this.metadata) = (output, metadata);
        json = new Utf8JsonWriter(result, Relaxed);
        nested = metadata.Outputs.Any(declared => declared.Name is "row" or "id" or "error");
    }

    /// <summary>Writes a row's line; a result that has no JSON form becomes the row's error.</summary>
    public void Write(ScoredRow row)
    {
        if (row.Error is null)
        {
            try
            {
                Begin();
                PredictionCodec.WriteRow(json, metadata, row.Response!, row.Index, row.Of);
                json.Flush();
            }
            catch (TsfException unwritable)
            {
                row.Error = unwritable;
            }
        }

        if (row.Error is { } error)
        {
            Begin();
            WriteError(error, row.Number);
        }

        output.Write("{\"row\":"u8);
        Text(row.Number.ToString(CultureInfo.InvariantCulture));
        if (row.Id is not null)
        {
            output.Write(",\"id\":"u8);
            Text(row.Id);
        }

        if (nested && row.Error is null)
        {
            output.Write(",\"outputs\":"u8);
            output.Write(result.WrittenSpan);
            output.Write("}"u8);
        }
        else
        {
            // The members of the object that was written, without its opening brace.
            output.Write(result.WrittenCount > 2 ? ","u8 : ""u8);
            output.Write(result.WrittenSpan[1..]);
        }

        output.Write("\n"u8);
    }

    private void Begin()
    {
        result.ResetWrittenCount();
        json.Reset(result);
    }

    private void WriteError(TsfException error, long number)
    {
        // Each row was encoded alone before it was given up, so the codec counted it as its row 0.
        const string Alone = "Row 0";
        var message = error.Message.StartsWith(Alone, StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"Row {number}{error.Message[Alone.Length..]}")
            : error.Message;
        json.WriteStartObject();
        json.WriteStartObject("error"u8);
        json.WriteString("code"u8, error.Code);
        json.WriteString("message"u8, message);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
    }

    private void Text(string text) => Encoding.UTF8.GetBytes(text, output);
}
