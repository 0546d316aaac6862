using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Objects;

namespace TrustedServe.Kubernetes.Cluster.Differences;

/// <summary>Compares two states of an object field by field. Items of a list are matched by what names them, where something does.</summary>
internal static class FieldComparer
{
    // What the server writes by itself with every change.
    private static readonly string[] Bookkeeping = ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds"];
    private static readonly string[] Names = ["name", "mountPath", "devicePath", "containerPort", "port", "topologyKey", "type", "key", "ip"];

    /// <summary>The fields in which two objects differ, in the order of their paths; neither status nor the server's bookkeeping counts.</summary>
    public static IReadOnlyList<FieldChange> Compare(JsonObject? before, JsonObject? after)
    {
        var changes = new List<FieldChange>();
        Compare("", Cleaned(before), Cleaned(after), changes);
        return [.. Masked(changes, Field.Text(after ?? before, "kind")).OrderBy(change => change.Path, StringComparer.Ordinal)];
    }

    private static JsonObject? Cleaned(JsonObject? live)
    {
        if (live?.DeepClone() is not JsonObject copy)
        {
            return null;
        }

        copy.Remove("status");
        if (copy["metadata"] is JsonObject metadata)
        {
            foreach (var name in Bookkeeping)
            {
                metadata.Remove(name);
            }
        }

        return copy;
    }

    private static void Compare(string path, JsonNode? before, JsonNode? after, List<FieldChange> changes)
    {
        switch (before, after)
        {
            case (JsonObject left, JsonObject right):
                foreach (var name in left.Select(member => member.Key).Union(right.Select(member => member.Key)))
                {
                    Compare(Join(path, name), left[name], right[name], changes);
                }

                break;
            case (JsonArray left, JsonArray right) when NameOf(left, right) is { } name:
                foreach (var value in left.Concat(right).Select(item => item![name]!.ToJsonString()).Distinct())
                {
                    Compare($"{path}[{name}={value.Trim('"')}]", Find(left, name, value), Find(right, name, value), changes);
                }

                break;
            case (JsonArray left, JsonArray right):
                for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
                {
                    Compare($"{path}[{i}]", i < left.Count ? left[i] : null, i < right.Count ? right[i] : null, changes);
                }

                break;
            default:
                if (!JsonNode.DeepEquals(before, after))
                {
                    changes.Add(new FieldChange(path, before?.DeepClone(), after?.DeepClone()));
                }

                break;
        }
    }

    // Names with dots in them, such as those of labels, would read as two steps.
    private static string Join(string path, string name) => name.AsSpan().IndexOfAny("./[]") >= 0 ? $"{path}[{name}]" : path.Length == 0 ? name : $"{path}.{name}";

    private static string? NameOf(JsonArray left, JsonArray right) =>
        left.Count + right.Count == 0 ? null : Names.FirstOrDefault(name => IsName(left, name) && IsName(right, name));

    private static bool IsName(JsonArray items, string name)
    {
        var seen = new HashSet<string>();
        return items.All(item => item is JsonObject members && members[name] is JsonValue value && seen.Add(value.ToJsonString()));
    }

    private static JsonNode? Find(JsonArray items, string name, string value) => items.FirstOrDefault(item => item![name]!.ToJsonString() == value);

    // That a secret differs may be seen; what it is may not.
    private static IEnumerable<FieldChange> Masked(IEnumerable<FieldChange> changes, string? kind) => kind != "Secret" ? changes : changes.Select(change =>
        change.Path.StartsWith("data", StringComparison.Ordinal) || change.Path.StartsWith("stringData", StringComparison.Ordinal) || change.Path.Contains("last-applied", StringComparison.Ordinal) || change.Path.Length == 0
            ? new FieldChange(change.Path, Mask(change.Before, "before"), Mask(change.After, "after"))
            : change);

    private static JsonValue? Mask(JsonNode? value, string when) => value is null ? null : JsonValue.Create($"(secret, {when})");
}
