using System.Text.Json.Nodes;
using CsCheck;
using TrustedServe.Kubernetes.Cluster.Applying;
using TrustedServe.Kubernetes.Cluster.Differences;
using TrustedServe.Kubernetes.Cluster.Objects;
using TrustedServe.Kubernetes.Tests.Cluster.Double;

namespace TrustedServe.Kubernetes.Tests.Cluster;

public sealed class AppliedFieldsTests
{
    private static readonly KindEntry Kind = KindEntry.All.First(kind => kind.Kind == "Deployment");
    private static readonly ObjectReference Reference = new("apps/v1", "Deployment", "models", "x");

    private static readonly Gen<JsonObject> Configurations = Gen.Select(
        Gen.Dictionary(Gen.String[Gen.Char['a', 'e'], 1, 3], Gen.String[Gen.Char["xyz./ \""], 0, 3])[0, 3],
        Gen.Dictionary(Gen.String[Gen.Char['a', 'c'], 1, 1], Gen.Select(Gen.Int[0, 3], Gen.Dictionary(Gen.String[Gen.Char['A', 'C'], 1, 1], Gen.String[Gen.Char['0', '2'], 1, 1])[0, 3]))[0, 3],
        Gen.Int[-1, 3],
        Gen.Int[0, 2].List[0, 3],
        (labels, containers, replicas, arguments) =>
        {
            var content = Reference.ToEmptyObject();
            if (labels.Count > 0)
            {
                content["metadata"]!["labels"] = new JsonObject(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value)));
            }

            var spec = new JsonObject();
            if (replicas >= 0)
            {
                spec["replicas"] = replicas;
            }

            if (containers.Count > 0)
            {
                var items = containers.Select(container =>
                {
                    var item = new JsonObject
                    {
                        ["name"] = container.Key,
                        ["image"] = $"i{container.Value.Item1}",
                        ["args"] = new JsonArray([.. arguments.Select(argument => (JsonNode)argument)]),
                    };

                    // An empty list with keys cannot be told from one that is owned as a whole; nobody renders one.
                    if (container.Value.Item2.Count > 0)
                    {
                        item["env"] = new JsonArray([.. container.Value.Item2.Select(variable => (JsonNode)new JsonObject { ["name"] = variable.Key, ["value"] = variable.Value })]);
                    }

                    return (JsonNode)item;
                });
                spec["template"] = new JsonObject { ["spec"] = new JsonObject { ["containers"] = new JsonArray([.. items]) } };
            }

            if (spec.Count > 0)
            {
                content["spec"] = spec;
            }

            return content;
        });

    [Fact]
    public void What_was_applied_is_read_back_whole() => Configurations.Sample(config =>
    {
        var live = Apply(null, config)!;
        Assert.True(JsonNode.DeepEquals(config, AppliedFields.Extract(Reference, live)), $"{config}\n{AppliedFields.Extract(Reference, live)}");
    });

    [Fact]
    public void Applying_again_what_was_before_undoes_any_change_and_leaves_what_is_of_others() => Gen.Select(Configurations, Configurations, Configurations).Sample((first, second, foreign) =>
    {
        var before = Apply(Apply(null, foreign, "other"), first, force: true)!;
        var changed = Apply(before, second);
        if (changed is null)
        {
            return; // a conflict: nothing changed
        }

        var after = Apply(changed, AppliedFields.Extract(Reference, before), force: true)!;
        Assert.Empty(FieldComparer.Compare(Unordered(before), Unordered(after)));
        Assert.True(JsonNode.DeepEquals(AppliedFields.Extract(Reference, Unordered(before)), AppliedFields.Extract(Reference, Unordered(after))));
    });

    private static JsonObject? Apply(JsonObject? live, JsonObject config, string manager = "trustedserve", bool force = false)
    {
        var outcome = ServerSideApply.Apply(Kind, live, config, manager, force, "2026-01-01T00:00:00Z");
        if (outcome.Object is { } result)
        {
            result["apiVersion"] = "apps/v1";
            result["kind"] = "Deployment";
        }

        return outcome.Object;
    }

    // An item that was removed and comes back comes last: that is the server's doing, and for lists with keys it means nothing.
    private static JsonObject Unordered(JsonObject live)
    {
        var copy = (JsonObject)live.DeepClone();
        Sort(copy);
        return copy;
    }

    private static void Sort(JsonNode? node)
    {
        foreach (var child in (node as JsonObject)?.Select(member => member.Value) ?? [.. node as JsonArray ?? []])
        {
            Sort(child);
        }

        if (node is JsonArray items && items.Count > 0 && items.All(item => item is JsonObject members && members.ContainsKey("name")))
        {
            JsonNode?[] sorted = [.. items.OrderBy(item => (string)item!["name"]!, StringComparer.Ordinal)];
            items.Clear();
            foreach (var item in sorted)
            {
                items.Add(item);
            }
        }
    }
}
