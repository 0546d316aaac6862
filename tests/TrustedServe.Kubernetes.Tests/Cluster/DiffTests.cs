using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Differences;
using TrustedServe.Kubernetes.Manifests;

namespace TrustedServe.Kubernetes.Tests.Cluster;

public sealed class DiffTests
{
    [Fact]
    public async Task Nothing_differs_right_after_an_apply_and_nothing_is_ever_changed_by_looking()
    {
        await using var sandbox = await Sandbox.StartAsync();
        Assert.All(await DiffAsync(sandbox), item => Assert.Equal(DifferenceKind.Create, item.Kind));
        Assert.Null(sandbox.Cluster.Store.Find("Namespace", null, "models"));
        await sandbox.ApplyAsync(Sandbox.Manifests());

        var version = sandbox.Cluster.Store.Version;
        Assert.All(await DiffAsync(sandbox), item => Assert.Equal(DifferenceKind.None, item.Kind)); // the server's defaults are no difference
        Assert.Equal(version, sandbox.Cluster.Store.Version);
    }

    [Fact]
    public async Task Tells_fields_by_the_names_that_people_give_them()
    {
        await using var sandbox = await Sandbox.StartAsync();
        await sandbox.ApplyAsync([.. Sandbox.Manifests(), Sandbox.Of("example.invalid/v1", "Ox", "models", "old", """{"spec": {"a": 1}}""")]);
        var version = sandbox.Cluster.Store.Version;
        var differences = (await DiffAsync(sandbox, RollBackTests.Upgrade())).Where(item => item.Kind != DifferenceKind.None).ToDictionary(item => $"{item.Kind} {item.Object}");

        Assert.Equal(["Change ConfigMap/models/settings", "Change Deployment/models/langid", "Create Ox/models/new", "Prune Ox/models/old"], differences.Keys.Order());
        Assert.Equal(
            [
                """spec.template.spec.containers[name=worker].env[name=MORE]:  -> {"name":"MORE","value":"1"}""",
                "spec.template.spec.containers[name=worker].image: \"registry.invalid/worker@sha256:aa\" -> \"registry.invalid/worker@sha256:cc\"",
            ],
            differences["Change Deployment/models/langid"].Changes.Select(change => $"{change.Path}: {change.Before?.ToJsonString()} -> {change.After?.ToJsonString()}"));
        Assert.Equal(["data.Http:Port", "data.Lanes"], differences["Change ConfigMap/models/settings"].Changes.Select(change => change.Path));
        Assert.Equal(version, sandbox.Cluster.Store.Version);
    }

    [Fact]
    public async Task Conflicts_and_refusals_are_told_beside_what_can_be_compared()
    {
        await using var sandbox = await Sandbox.StartAsync();
        await sandbox.ApplyAsync(Sandbox.Manifests());
        sandbox.Cluster.Edit("ConfigMap", "models", "settings", live => live["data"]!["Lanes"] = "7", "another-tool");
        var differences = await DiffAsync(sandbox, RollBackTests.Upgrade());
        var refused = Assert.Single(differences, item => item.Kind == DifferenceKind.Refuse);
        Assert.Contains("another-tool manages .data.Lanes", refused.Detail, StringComparison.Ordinal);
        Assert.Contains(differences, item => item.Kind == DifferenceKind.Change && item.Object.Kind == "Deployment");
    }

    [Fact]
    public void Secrets_differ_without_being_shown()
    {
        static JsonObject Secret(string value) => new() { ["kind"] = "Secret", ["data"] = new JsonObject { ["key"] = value } };
        var change = Assert.Single(FieldComparer.Compare(Secret("aGVsbG8="), Secret("d29ybGQ=")));
        Assert.Equal("data.key", change.Path);
        Assert.DoesNotContain("aGVsbG8", $"{change.Before} {change.After}", StringComparison.Ordinal);
        Assert.DoesNotContain("aGVsbG8", string.Concat(FieldComparer.Compare(null, Secret("aGVsbG8=")).Select(item => item.After?.ToJsonString())), StringComparison.Ordinal);
    }

    private static Task<IReadOnlyList<ObjectDifference>> DiffAsync(Sandbox sandbox, List<Manifest>? manifests = null) =>
        new ClusterDiff(sandbox.Client, Sandbox.Options()).RunAsync(manifests ?? Sandbox.Manifests(), CancellationToken.None);
}
