using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Cluster.Objects;

/// <summary>Reads members of an object that somebody else wrote: what is absent or of another type reads as null.</summary>
internal static class Field
{
    /// <summary>The member at a path of names.</summary>
    public static JsonNode? At(JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            node = node is JsonObject value && value.TryGetPropertyValue(name, out var child) ? child : null;
        }

        return node;
    }

    /// <summary>A text.</summary>
    public static string? Text(JsonNode? node, params ReadOnlySpan<string> path) =>
        At(node, path) is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    /// <summary>A whole number.</summary>
    public static long? Number(JsonNode? node, params ReadOnlySpan<string> path) =>
        At(node, path) is JsonValue value && value.GetValueKind() == JsonValueKind.Number && long.TryParse(value.ToJsonString(), out var number) ? number : null;

    /// <summary>Whether a member is true.</summary>
    public static bool IsTrue(JsonNode? node, params ReadOnlySpan<string> path) => At(node, path)?.GetValueKind() == JsonValueKind.True;

    /// <summary>The objects of an array.</summary>
    public static IEnumerable<JsonObject> Objects(JsonNode? node, params ReadOnlySpan<string> path) =>
        At(node, path) is JsonArray array ? array.OfType<JsonObject>() : [];

    /// <summary>The texts of an array.</summary>
    public static IEnumerable<string> Texts(JsonNode? node, params ReadOnlySpan<string> path) =>
        At(node, path) is JsonArray array ? array.Select(item => Text(item)).OfType<string>() : [];

    /// <summary>The status of a condition, with its reason and message.</summary>
    public static (string? Status, string Explanation) Condition(JsonNode? live, string type)
    {
        var condition = Objects(live, "status", "conditions").FirstOrDefault(item => Text(item, "type") == type);
        var parts = new[] { Text(condition, "reason"), Text(condition, "message") }.Where(part => !string.IsNullOrEmpty(part));
        return (Text(condition, "status"), Printable.Line(string.Join(": ", parts)));
    }

    /// <summary>The member of this name, made when it is absent.</summary>
    public static JsonObject Child(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject child)
        {
            parent[name] = child = [];
        }

        return child;
    }
}
