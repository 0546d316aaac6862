using System.Text.Json;
using System.Text.Json.Nodes;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Cluster.Api;

/// <summary>Reads what a server sends, up to a limit: the API server is not among those that are trusted.</summary>
internal static class BoundedBody
{
    /// <summary>The largest answer. An object has at most 1.5 MiB in the cluster's store; a page of a list has at most 20.</summary>
    public const int MaxBytes = 32 << 20;

    // Descriptions of types nest deeper than anything of ours.
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 128 };

    /// <summary>All bytes.</summary>
    /// <exception cref="TsfException">TSF7040: more than the limit.</exception>
    public static async Task<byte[]> ReadAsync(HttpContent content, int max, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        using var buffer = new MemoryStream();
        var piece = new byte[64 << 10];
        for (int read; (read = await stream.ReadAsync(piece, cancellationToken)) > 0;)
        {
            if (buffer.Length + read > max)
            {
                throw TsfErrors.ClusterUnreachable.With($"An answer of the API server is larger than {max} bytes.");
            }

            buffer.Write(piece, 0, read);
        }

        return buffer.ToArray();
    }

    /// <summary>A JSON object, or null when the bytes are none.</summary>
    public static JsonObject? Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            // Doubled names and broken text only show when an object is looked into: here, so that nothing later can fail.
            var node = JsonNode.Parse(utf8, documentOptions: Options);
            Touch(node);
            return node as JsonObject;
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void Touch(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (_, value) in members)
                {
                    Touch(value);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    Touch(item);
                }

                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                value.GetValue<string>();
                break;
        }
    }
}
