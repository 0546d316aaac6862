using System.Text;
using System.Text.Json;

namespace TrustedServe.Kubernetes.Checks.Objects;

/// <summary>The entries of a ConfigMap or Secret.</summary>
internal static class DataObject
{
    private const int MaxDepth = 32;

    // A ConfigMap has at most 1 MiB; a settings' name some dozen characters.
    private const int MaxLength = 1 << 20;
    private const int MaxPathLength = 512;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Names and texts; binary entries have none.</summary>
    public static IEnumerable<(string Name, string? Text, ManifestNode Node)> Entries(ManifestNode data)
    {
        var isSecret = data.Document.Manifest.Kind == "Secret";
        foreach (var (name, node) in data["data"].Members)
        {
            yield return (name, isSecret ? Decode(node.Text) : node.Text, node);
        }

        foreach (var (name, node) in data[isSecret ? "stringData" : "binaryData"].Members)
        {
            yield return (name, isSecret ? node.Text : Decode(node.Text), node);
        }
    }

    /// <summary>The values of a JSON document under their paths, parted by colons; nothing when the text is no JSON object.</summary>
    public static IReadOnlyList<(string Key, string? Value)> Flatten(string? text)
    {
        if (text is null || text.Length > MaxLength || !text.AsSpan().TrimStart().StartsWith("{", StringComparison.Ordinal))
        {
            return [];
        }

        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MaxDepth, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var values = new List<(string, string?)>();
            Flatten(document.RootElement, "", values);
            return values;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            return []; // no JSON, or half of a surrogate pair in it
        }
    }

    private static void Flatten(JsonElement value, string path, List<(string, string?)> values)
    {
        if (path.Length > MaxPathLength)
        {
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    Flatten(member.Value, path.Length == 0 ? member.Name : $"{path}:{member.Name}", values);
                }

                break;
            case JsonValueKind.Array:
                foreach (var (index, item) in value.EnumerateArray().Index())
                {
                    Flatten(item, $"{path}:{index}", values);
                }

                break;
            default:
                values.Add((path, value.ToString()));
                break;
        }
    }

    private static string? Decode(string? base64)
    {
        try
        {
            return base64 is null ? null : StrictUtf8.GetString(Convert.FromBase64String(base64));
        }
        catch (Exception exception) when (exception is FormatException or DecoderFallbackException)
        {
            return null;
        }
    }
}
