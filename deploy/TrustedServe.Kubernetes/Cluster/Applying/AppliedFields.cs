using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Objects;

namespace TrustedServe.Kubernetes.Cluster.Applying;

/// <summary>
/// What was applied last, read back from a live object: the values of the fields that the cluster records as ours. Applying that again
/// is how an object is rolled back, and nothing of it has to be stored anywhere.
/// </summary>
internal static class AppliedFields
{
    /// <summary>The object that our field manager last applied; without any field when it never did.</summary>
    public static JsonObject Extract(ObjectReference reference, JsonObject live)
    {
        var applied = reference.ToEmptyObject();
        var entry = Field.Objects(live, "metadata", "managedFields").FirstOrDefault(item =>
            Field.Text(item, "manager") == Ownership.FieldManager && Field.Text(item, "operation") == "Apply" && string.IsNullOrEmpty(Field.Text(item, "subresource")));
        if (Field.At(entry, "fieldsV1") is JsonObject { Count: > 0 } fields && Values(live, fields) is JsonObject values)
        {
            Merge(applied, values);
        }

        return applied;
    }

    private static JsonNode? Values(JsonNode? live, JsonObject fields)
    {
        if (fields.Count == 0)
        {
            return live?.DeepClone();
        }

        switch (live)
        {
            case JsonObject members:
                var taken = new JsonObject();
                foreach (var (key, below) in fields)
                {
                    if (key.StartsWith("f:", StringComparison.Ordinal) && members.TryGetPropertyValue(key[2..], out var member) && below is JsonObject inner)
                    {
                        taken[key[2..]] = Values(member, inner);
                    }
                }

                return taken;
            case JsonArray items:
                return new JsonArray([.. items.Select(item => Item(item, fields)).Where(item => item is not null)]);
            default:
                return live?.DeepClone();
        }
    }

    // Items stay in the live order: that of a list can matter, and the record of fields has none.
    private static JsonNode? Item(JsonNode? item, JsonObject fields)
    {
        foreach (var (key, below) in fields)
        {
            if (key.StartsWith("k:", StringComparison.Ordinal) && item is JsonObject && below is JsonObject inner && JsonNode.Parse(key[2..]) is JsonObject names && names.All(name => JsonNode.DeepEquals(item[name.Key], name.Value)))
            {
                var taken = Values(item, inner) as JsonObject ?? [];
                foreach (var (name, value) in names)
                {
                    taken[name] ??= value?.DeepClone();
                }

                return taken;
            }

            if (key.StartsWith("v:", StringComparison.Ordinal) && JsonNode.DeepEquals(JsonNode.Parse(key[2..]), item))
            {
                return item?.DeepClone();
            }
        }

        return null;
    }

    private static void Merge(JsonObject target, JsonObject source)
    {
        foreach (var (name, value) in source)
        {
            if (target[name] is JsonObject inner && value is JsonObject more)
            {
                Merge(inner, more);
            }
            else
            {
                target[name] = value?.DeepClone();
            }
        }
    }
}
