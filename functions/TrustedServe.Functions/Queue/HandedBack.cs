using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrustedServe.Functions.Queue;

/// <summary>
/// How many of a message's deliveries were no try, because the instance that had it was ending. The queue counts every delivery,
/// so the message itself says which to leave out: its optional member <c>handedBack</c>.
/// </summary>
internal static class HandedBack
{
    /// <summary>More than this is not believed: a message that is never finished must end at some time.</summary>
    public const int Most = 1000;

    private const string Member = "handedBack";

    private static readonly JsonSerializerOptions Written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>How many tries a message had, the present one included.</summary>
    public static long Tries(long dequeueCount, int handedBack) => Math.Max(1, dequeueCount - handedBack);

    /// <summary>The message with a count in it, plain or base64 as it was; unchanged when it is not JSON or would become too long.</summary>
    /// <param name="text">The message's text.</param>
    /// <param name="count">0 to take the member out.</param>
    /// <param name="maxBytes">The longest message that is read.</param>
    public static string With(string text, int count, int maxBytes)
    {
        var isPlain = text.AsSpan().TrimStart().StartsWith('{');
        try
        {
            var json = isPlain ? text : Encoding.UTF8.GetString(Convert.FromBase64String(text.Trim()));
            if (JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { MaxDepth = 4 }) is not JsonObject message)
            {
                return text;
            }

            if (!message.Remove(Member) && count == 0)
            {
                return text;
            }

            if (count > 0)
            {
                message[Member] = Math.Min(count, Most);
            }

            var changed = message.ToJsonString(Written);
            changed = isPlain ? changed : Convert.ToBase64String(Encoding.UTF8.GetBytes(changed));
            return Encoding.UTF8.GetByteCount(changed) <= maxBytes ? changed : text;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException or ArgumentException)
        {
            return text;
        }
    }
}
