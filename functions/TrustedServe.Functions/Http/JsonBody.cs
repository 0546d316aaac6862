using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace TrustedServe.Functions.Http;

/// <summary>
/// Writes JSON answers. The text is made whole before the first byte of the answer goes out, so that a failure while making it is
/// still answered as one.
/// </summary>
internal static class JsonBody
{
    /// <summary>A thread keeps a buffer up to this size for its next answer.</summary>
    private const int KeptSize = 256 << 10;

    private static readonly JsonWriterOptions Options = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    [ThreadStatic]
    private static Utf8JsonWriter? writer;

    /// <summary>Answers with what <paramref name="write"/> writes.</summary>
    public static Task WriteAsync<TState>(HttpResponse response, int status, TState state, Action<Utf8JsonWriter, TState> write)
    {
        buffer ??= new ArrayBufferWriter<byte>(1024);
        buffer.ResetWrittenCount();
        writer ??= new Utf8JsonWriter(buffer, Options);
        writer.Reset(buffer);
        write(writer, state);
        writer.Flush();

        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = buffer.WrittenCount;
        response.BodyWriter.Write(buffer.WrittenSpan);
        if (buffer.Capacity > KeptSize)
        {
            buffer = null;
        }

        return response.BodyWriter.FlushAsync().AsTask();
    }
}
