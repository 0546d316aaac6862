using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Manifests;

/// <summary>
/// Reads manifests that may come from anybody: YAML of several documents, or JSON; an object of kind <c>List</c> is taken
/// apart. A text is read whole or refused, never in part.
/// </summary>
public static class ManifestReader
{
    /// <summary>Longest text that is read: 16 MiB.</summary>
    public const int MaxLength = 16 << 20;

    /// <summary>Deepest nesting that is read; the deepest that core kinds have is about 20.</summary>
    public const int MaxDepth = 64;

    /// <summary>Most documents in one text.</summary>
    public const int MaxDocuments = 10_000;

    /// <summary>Most values in one text: some hundred bytes of memory each.</summary>
    public const int MaxValues = 1_000_000;

    /// <summary>Longest name of a member.</summary>
    public const int MaxNameLength = 1_024;

    /// <summary>Reads every object in a text.</summary>
    /// <param name="yaml">The text: YAML, or JSON when its first character is a brace.</param>
    /// <param name="source">Name of the text for messages, for example its file's.</param>
    /// <exception cref="Protocol.Errors.TsfException">TSF7020 with line and column.</exception>
    public static IReadOnlyList<ManifestDocument> Read(string yaml, string source)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(source);
        var context = new ReadContext(source);
        if (yaml.Length > MaxLength)
        {
            throw context.Refuse(1, 1, $"{yaml.Length} characters; at most {MaxLength} are read");
        }

        var text = yaml.TrimStart('\uFEFF');
        var found = new List<ManifestDocument>();
        foreach (var (value, position) in IsJson(text) ? JsonManifestParser.Parse(text, context) : YamlManifestParser.Parse(text, context))
        {
            Add(value, position, context, found);
        }

        return found;
    }

    /// <summary>A brace begins YAML in flow style too; but that has no line of three dashes, which no JSON has either.</summary>
    private static bool IsJson(string text) =>
        text.AsSpan().TrimStart().StartsWith("{", StringComparison.Ordinal) && !text.Contains("\n---", StringComparison.Ordinal);

    private static void Add(JsonNode? value, PositionNode position, ReadContext context, List<ManifestDocument> found)
    {
        if (value is null)
        {
            return; // an empty document, as templates leave them
        }

        if (value is not JsonObject content)
        {
            throw context.Refuse(position, "a manifest is an object with apiVersion, kind and metadata");
        }

        var apiVersion = Text(content, position, "apiVersion", context);
        var kind = Text(content, position, "kind", context);
        if (kind == "List" && apiVersion == "v1")
        {
            if (content["items"] is not JsonArray items)
            {
                throw context.Refuse(position, "a List has a list 'items'");
            }

            var places = position.Members!["items"].Items!;
            JsonNode?[] objects = [.. items];
            items.Clear(); // each becomes a root of its own
            for (var index = 0; index < objects.Length; index++)
            {
                Add(objects[index], places[index], context, found);
            }

            return;
        }

        if (content["metadata"] is not JsonObject metadata)
        {
            throw context.Refuse(position, $"{kind} has no object 'metadata'");
        }

        var place = position.Members!["metadata"];
        var name = Text(metadata, place, "name", context);
        var space = metadata["namespace"] is null ? null : Text(metadata, place, "namespace", context);
        found.Add(new ManifestDocument(new Manifest(apiVersion, kind, space, name, content), new ManifestPositions(context.Source, position)));
    }

    private static string Text(JsonObject parent, PositionNode position, string name, ReadContext context) =>
        parent[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0
            ? text
            : throw context.Refuse(position.Members?.GetValueOrDefault(name) ?? position, $"'{name}' must be a text that is not empty");
}
