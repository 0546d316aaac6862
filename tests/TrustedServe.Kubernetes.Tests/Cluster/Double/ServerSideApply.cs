using System.Text.Json.Nodes;

namespace TrustedServe.Kubernetes.Tests.Cluster.Double;

/// <summary>Ownership of fields: applying, updating, conflicts, and what is removed when a manager stops setting it.</summary>
internal static class ServerSideApply
{
    /// <summary>A manager's entry.</summary>
    internal sealed record Owner(string Manager, string Operation, string Subresource, string ApiVersion, string Time, FieldSet Fields);

    /// <summary>The outcome of an apply: the new object, or the conflicts.</summary>
    internal sealed record Outcome(JsonObject? Object, IReadOnlyList<(Owner Owner, string[] Path)> Conflicts);

    public static Outcome Apply(KindEntry kind, JsonObject? live, JsonObject config, string manager, bool force, string now)
    {
        var wanted = FieldSet.Of(kind, config);
        var owners = Owners(live);
        var mine = owners.FirstOrDefault(owner => owner is { Operation: "Apply", Subresource: "" } && owner.Manager == manager);
        var others = owners.Where(owner => owner != mine).ToList();
        var conflicts = new List<(Owner, string[])>();
        foreach (var path in wanted.Paths)
        {
            var value = FieldSet.Value(kind, config, path, out _);
            foreach (var owner in others.Where(owner => owner.Fields.Contains(path)))
            {
                if (!path[^1].StartsWith("k:", StringComparison.Ordinal) && !JsonNode.DeepEquals(value, FieldSet.Value(kind, live!, path, out _)))
                {
                    conflicts.Add((owner, path));
                }
            }
        }

        if (conflicts.Count > 0 && !force)
        {
            return new Outcome(null, conflicts);
        }

        others = [.. others.Select(owner => owner with { Fields = owner.Fields.Except(FieldSet.From(conflicts.Where(conflict => conflict.Item1 == owner).Select(conflict => conflict.Item2))) }).Where(owner => owner.Fields.Count > 0)];
        var result = live is null ? [] : (JsonObject)live.DeepClone();
        Merge(kind, result, config, []);
        foreach (var path in (mine?.Fields.Except(wanted).Paths ?? []).OrderBy(path => path.Length))
        {
            if (!wanted.ContainsBelow(path) && !others.Any(owner => owner.Fields.Contains(path) || owner.Fields.ContainsBelow(path)))
            {
                Remove(kind, result, path, wanted);
            }
        }

        var time = mine is not null && mine.Fields.Equals(wanted) ? mine.Time : now;
        Write(result, wanted.Count == 0 ? others : [.. others, new Owner(manager, "Apply", "", kind.ApiVersion, time, wanted)]);
        return new Outcome(result, []);
    }

    /// <summary>A plain write: what it changed is the writer's alone from now on.</summary>
    public static void Update(KindEntry kind, JsonObject? live, JsonObject next, string manager, string subresource, string now)
    {
        var before = live is null ? null : FieldSet.Of(kind, live);
        var after = FieldSet.Of(kind, next);
        var changed = FieldSet.From(after.Paths.Where(path => before is null || !before.Contains(path) || !JsonNode.DeepEquals(FieldSet.Value(kind, live!, path, out _), FieldSet.Value(kind, next, path, out _))));
        var owners = Owners(live);
        var mine = owners.FirstOrDefault(owner => owner.Operation == "Update" && owner.Manager == manager && owner.Subresource == subresource);
        var others = owners.Where(owner => owner != mine).Select(owner => owner with { Fields = FieldSet.From(owner.Fields.Paths.Where(path => !changed.Contains(path) && (after.Contains(path) || after.ContainsBelow(path)))) }).Where(owner => owner.Fields.Count > 0).ToList();
        var fields = mine is null ? changed : FieldSet.From(mine.Fields.Paths.Where(after.Contains)).Union(changed);
        Write(next, fields.Count == 0 ? others : [.. others, new Owner(manager, "Update", subresource, kind.ApiVersion, changed.Count > 0 || mine is null ? now : mine.Time, fields)]);
    }

    public static IReadOnlyList<Owner> Owners(JsonObject? live) =>
    [
        .. (live?["metadata"]?["managedFields"] as JsonArray ?? []).Select(entry => new Owner(
            (string)entry!["manager"]!, (string)entry["operation"]!, (string?)entry["subresource"] ?? "", (string)entry["apiVersion"]!, (string)entry["time"]!, FieldSet.Parse(entry["fieldsV1"]!.AsObject()))),
    ];

    private static void Write(JsonObject target, IEnumerable<Owner> owners) => ((JsonObject)target["metadata"]!)["managedFields"] = new JsonArray([.. owners.OrderBy(owner => (owner.Manager, owner.Operation, owner.Subresource)).Select(owner =>
    {
        var entry = new JsonObject { ["manager"] = owner.Manager, ["operation"] = owner.Operation, ["apiVersion"] = owner.ApiVersion, ["time"] = owner.Time, ["fieldsType"] = "FieldsV1", ["fieldsV1"] = owner.Fields.ToFieldsV1() };
        if (owner.Subresource.Length > 0)
        {
            entry["subresource"] = owner.Subresource;
        }

        return (JsonNode?)entry;
    })]);

    private static void Merge(KindEntry kind, JsonObject target, JsonObject source, string[] path)
    {
        foreach (var (name, value) in source)
        {
            string[] place = [.. path, "f:" + name];
            switch (value, target[name])
            {
                case (JsonObject more, JsonObject inner) when !ListKeys.IsAtomicMap(kind, place):
                    Merge(kind, inner, more, place);
                    break;
                case (JsonArray more, JsonArray inner) when ListKeys.Of(kind, place) is { Length: > 0 } keys:
                    foreach (var item in more.OfType<JsonObject>())
                    {
                        var step = FieldSet.Key(item, keys);
                        if (inner.OfType<JsonObject>().FirstOrDefault(other => FieldSet.Key(other, keys) == step) is { } existing)
                        {
                            Merge(kind, existing, item, [.. place, step]);
                        }
                        else
                        {
                            inner.Add(item.DeepClone());
                        }
                    }

                    break;
                case (JsonArray more, JsonArray inner) when ListKeys.Of(kind, place) is { Length: 0 }:
                    foreach (var item in more.Where(item => inner.All(other => !JsonNode.DeepEquals(item, other))).ToList())
                    {
                        inner.Add(item!.DeepClone());
                    }

                    break;
                default:
                    target[name] = value?.DeepClone();
                    break;
            }
        }
    }

    private static void Remove(KindEntry kind, JsonObject root, string[] path, FieldSet wanted)
    {
        var parent = FieldSet.Value(kind, root, path[..^1], out var isPresent);
        if (!isPresent)
        {
            return;
        }

        switch (parent)
        {
            case JsonObject members:
                members.Remove(path[^1][2..]);
                break;
            case JsonArray items when path[^1].StartsWith("k:", StringComparison.Ordinal):
                var keys = ListKeys.Of(kind, path[..^1])!;
                items.Remove(items.OfType<JsonObject>().FirstOrDefault(item => FieldSet.Key(item, keys) == path[^1]));
                break;
            case JsonArray items:
                items.Remove(items.FirstOrDefault(item => "v:" + item!.ToJsonString() == path[^1]));
                break;
        }

        // What holds nothing any more is left out, as typed objects leave it out.
        if (path.Length > 1 && parent is JsonObject { Count: 0 } or JsonArray { Count: 0 } && path[^2].StartsWith("f:", StringComparison.Ordinal) && !wanted.Contains(path[..^1]))
        {
            Remove(kind, root, path[..^1], wanted);
        }
    }
}
