using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Queue;

/// <summary>What is put into the poison queue: the message as it was, and why it was given up.</summary>
internal static class PoisonMessage
{
    // A queue takes 64 KiB; escaping can make a hostile message longer, and then its beginning must do.
    private const int MaxBytes = 60 << 10;

    /// <summary><c>{"message":…,"reason":{"code","message","remedy"},"dequeueCount":n,"failedAt":…}</c>.</summary>
    public static string Write(string message, TsfException reason, long dequeueCount, DateTimeOffset failedAt)
    {
        for (var kept = message; ; kept = kept[..(kept.Length / 2)])
        {
            var bytes = Write(kept, kept.Length < message.Length, reason, dequeueCount, failedAt);
            if (bytes.Length <= MaxBytes || kept == "")
            {
                return Encoding.UTF8.GetString(bytes);
            }
        }
    }

    private static byte[] Write(string message, bool cut, TsfException reason, long dequeueCount, DateTimeOffset failedAt)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteString("message"u8, message);
            if (cut)
            {
                writer.WriteBoolean("messageCut"u8, true);
            }

            writer.WriteStartObject("reason"u8);
            writer.WriteString("code"u8, reason.Code);
            writer.WriteString("message"u8, reason.Message);
            writer.WriteString("remedy"u8, reason.Error.Remedy);
            writer.WriteEndObject();
            writer.WriteNumber("dequeueCount"u8, dequeueCount);
            writer.WriteString("failedAt"u8, failedAt);
            writer.WriteEndObject();
        }

        return bytes.ToArray();
    }
}
