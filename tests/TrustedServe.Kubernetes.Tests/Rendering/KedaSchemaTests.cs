using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Rendering;
using TrustedServe.Kubernetes.Tests.Support;
using TrustedServe.Testing;

namespace TrustedServe.Kubernetes.Tests.Rendering;

/// <summary>KEDA's kinds against KEDA's schemas, which lie beside the clone; skipped where they do not.</summary>
public sealed class KedaSchemaTests
{
    public static TheoryData<string> Cases => GoldenCase.All;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Keda_takes_every_object(string name)
    {
        var objects = GoldenCase.Render(name).Manifests.Where(manifest => manifest.ApiVersion.Contains("keda.sh", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(objects);
        foreach (var manifest in objects)
        {
            Assert.Empty(Schema(manifest.ApiVersion, manifest.Kind).Problems(manifest.Content));
        }
    }

    [Fact]
    public void The_schemas_find_what_is_wrong()
    {
        var good = GoldenCase.Render("two-sockets").Manifests.Single(manifest => manifest.Kind == "ScaledObject");
        var schema = Schema(good.ApiVersion, good.Kind);
        Assert.Contains(schema.Problems(Changed(spec => spec["minReplicaCount"] = 9)), problem => problem.Contains("does not hold", StringComparison.Ordinal));
        Assert.Contains(schema.Problems(Changed(spec => spec["maxReplicas"] = 9)), problem => problem.Contains("/spec/maxReplicas: there is no such member", StringComparison.Ordinal));
        Assert.Contains(schema.Problems(Changed(spec => spec.Remove("triggers"))), problem => problem.Contains("/spec/triggers is missing", StringComparison.Ordinal));
        Assert.Contains(schema.Problems(Changed(spec => spec["pollingInterval"] = "10")), problem => problem.Contains("integer expected", StringComparison.Ordinal));
        Assert.Contains(schema.Problems(Changed(spec => spec["fallback"] = JsonNode.Parse("""{"failureThreshold":3,"replicas":1,"behavior":"none"}"""))), problem => problem.Contains("is none of", StringComparison.Ordinal));

        JsonNode Changed(Action<JsonObject> change)
        {
            var copy = good.Content.DeepClone();
            change(copy["spec"]!.AsObject());
            return copy;
        }
    }

    [Fact]
    public void The_first_instance_is_asked_for_by_something_that_works_without_one()
    {
        foreach (var name in GoldenCase.Names)
        {
            var rendered = GoldenCase.Render(name);
            var scaled = rendered.Manifests.Single(manifest => manifest.Kind is "ScaledObject" or "ScaledJob");
            var types = scaled.Content["spec"]!["triggers"]!.AsArray().Select(trigger => (string)trigger!["type"]!).ToList();
            Assert.Contains(types, type => type is "external-push" or "azure-queue" or "prometheus");
            Assert.All(scaled.Content["spec"]!["triggers"]!.AsArray().Where(trigger => (string)trigger!["type"]! == "metrics-api"), trigger =>
            {
                Assert.Equal("true", (string?)trigger!["metadata"]!["aggregateFromKubeServiceEndpoints"]);
                Assert.Contains($"{ImageContract.HealthPort}{ImageContract.ScalingPath}", (string)trigger["metadata"]!["url"]!);
            });
        }
    }

    /// <summary>Without an instance the work trigger has nobody to ask, which KEDA takes for a failure: a fallback would keep the last instance alive for ever.</summary>
    [Theory]
    [InlineData("one-machine", false)]
    [InlineData("two-sockets", false)]
    [InlineData("http-only", true)]
    public void A_fallback_keeps_no_instance_where_there_may_be_none(string name, bool expected)
    {
        var spec = GoldenCase.Render(name).Manifests.Single(manifest => manifest.Kind == "ScaledObject").Content["spec"]!;
        Assert.Equal(expected, spec["fallback"] is not null);
        Assert.Equal(expected, (int)spec["minReplicaCount"]! > 0 && spec["idleReplicaCount"] is null);
    }

    private static CustomSchema Schema(string apiVersion, string kind)
    {
        var folder = Repository.Shared is { } shared ? Path.Combine(shared, "data", "keda") : null;
        Assert.SkipWhen(folder is null || !Directory.Exists(folder), "KEDA's schemas are not beside the clone (../shared/data/keda).");
        var (group, version) = apiVersion.Split('/') is [var left, var right] ? (left, right) : throw new ArgumentException(apiVersion, nameof(apiVersion));
        var plural = kind == "TriggerAuthentication" ? "triggerauthentications" : kind.ToLowerInvariant() + "s";
        return CustomSchema.Load(Path.Combine(folder!, $"{group}_{plural}.yaml"), version);
    }
}
