using System.Text.Json;
using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Tests.Cluster.Double;

/// <summary>A set of paths into an object, as managedFields records it (FieldsV1).</summary>
internal sealed class FieldSet
{
    private const char Separator = '\u0001';

    private readonly HashSet<string> paths;

    private FieldSet(IEnumerable<string> paths) => this.paths = [.. paths];

    public int Count => paths.Count;

    public IEnumerable<string[]> Paths => paths.Select(Split);

    /// <summary>The fields that a configuration sets; what identifies an object is nobody's.</summary>
    public static FieldSet Of(KindEntry kind, JsonObject content)
    {
        var found = new List<string>();
        Collect(kind, content, [], found);
        return new FieldSet(found.Where(path => !IsIdentity(Split(path))));
    }

    public static FieldSet Parse(JsonObject fields)
    {
        var found = new List<string>();
        Read(fields, [], found);
        return new FieldSet(found);
    }

    public static FieldSet From(IEnumerable<string[]> paths) => new(paths.Select(Join));

    public bool Contains(string[] path) => paths.Contains(Join(path));

    public bool ContainsBelow(string[] path) => paths.Any(other => other.StartsWith(Join(path) + Separator, StringComparison.Ordinal));

    public FieldSet Union(FieldSet other) => new(paths.Union(other.paths));

    public FieldSet Except(FieldSet other) => new(paths.Except(other.paths));

    public bool Equals(FieldSet other) => paths.SetEquals(other.paths);

    public JsonObject ToFieldsV1()
    {
        var root = new JsonObject();
        var all = paths.Order(StringComparer.Ordinal).Select(Split).ToList();
        foreach (var path in all)
        {
            var node = root;
            foreach (var step in path)
            {
                node = (JsonObject)(node[step] ??= new JsonObject());
            }
        }

        foreach (var path in all)
        {
            var node = path.Aggregate(root, (at, step) => (JsonObject)at[step]!);
            if (node.Count > 0)
            {
                node["."] = new JsonObject();
            }
        }

        return root;
    }

    /// <summary>A path as conflicts tell it: <c>.spec.template.spec.containers[name="a"].image</c>.</summary>
    public static string Describe(string[] path) => string.Concat(path.Select(step => step[..2] switch
    {
        "f:" => "." + step[2..],
        "k:" => "[" + string.Join(",", JsonNode.Parse(step[2..])!.AsObject().Select(key => $"{key.Key}={key.Value!.ToJsonString()}")) + "]",
        _ => "[=" + step[2..] + "]",
    }));

    /// <summary>The step to an item of an associative list; its keys in the order of their names, as the server writes them.</summary>
    public static string Key(JsonObject item, string[] names)
    {
        var key = new JsonObject();
        foreach (var name in names.Order(StringComparer.Ordinal))
        {
            key[name] = item[name]?.DeepClone() ?? (name == "protocol" ? "TCP" : null);
        }

        return "k:" + key.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    /// <summary>The value at a path; <paramref name="isPresent"/> tells null from nothing.</summary>
    public static JsonNode? Value(KindEntry kind, JsonNode root, string[] path, out bool isPresent)
    {
        JsonNode? node = root;
        for (var i = 0; i < path.Length; i++)
        {
            var step = path[i];
            switch (node)
            {
                case JsonObject members when step.StartsWith("f:", StringComparison.Ordinal) && members.TryGetPropertyValue(step[2..], out var member):
                    node = member;
                    break;
                case JsonArray items when step.StartsWith("k:", StringComparison.Ordinal) && items.OfType<JsonObject>().FirstOrDefault(item => Key(item, ListKeys.Of(kind, path[..i]) ?? ["name"]) == step) is { } found:
                    node = found;
                    break;
                case JsonArray items when step.StartsWith("v:", StringComparison.Ordinal) && items.Any(item => item?.ToJsonString() == step[2..]):
                    node = JsonNode.Parse(step[2..]);
                    break;
                default:
                    isPresent = false;
                    return null;
            }
        }

        isPresent = true;
        return node;
    }

    private static void Collect(KindEntry kind, JsonNode? node, string[] path, List<string> found)
    {
        switch (node)
        {
            case JsonObject { Count: > 0 } members when !ListKeys.IsAtomicMap(kind, path):
                foreach (var (name, value) in members)
                {
                    Collect(kind, value, [.. path, "f:" + name], found);
                }

                break;
            case JsonArray { Count: > 0 } items when ListKeys.Of(kind, path) is { Length: > 0 } keys:
                foreach (var item in items.OfType<JsonObject>())
                {
                    string[] place = [.. path, Key(item, keys)];
                    found.Add(Join(place));
                    Collect(kind, item, place, found);
                }

                break;
            case JsonArray { Count: > 0 } items when ListKeys.Of(kind, path) is { Length: 0 }:
                found.AddRange(items.Select(item => Join([.. path, "v:" + item!.ToJsonString()])));
                break;
            default:
                found.Add(Join(path));
                break;
        }
    }

    private static void Read(JsonObject fields, string[] path, List<string> found)
    {
        if (path.Length > 0 && (fields.Count == 0 || fields.ContainsKey(".")))
        {
            found.Add(Join(path));
        }

        foreach (var (step, below) in fields.Where(field => field.Key != "."))
        {
            Read(below!.AsObject(), [.. path, step], found);
        }
    }

    private static bool IsIdentity(string[] path) => path is ["f:apiVersion"] or ["f:kind"] or ["f:metadata"]
        or ["f:metadata", "f:name" or "f:namespace" or "f:uid" or "f:resourceVersion" or "f:generation" or "f:creationTimestamp" or "f:managedFields" or "f:selfLink" or "f:deletionTimestamp" or "f:deletionGracePeriodSeconds", ..];

    private static string Join(string[] path) => string.Join(Separator, path);

    private static string[] Split(string path) => path.Split(Separator);
}
