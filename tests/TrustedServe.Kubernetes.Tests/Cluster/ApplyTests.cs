using TrustedServe.Kubernetes.Cluster;
using TrustedServe.Kubernetes.Cluster.Applying;
using TrustedServe.Kubernetes.Tests.Cluster.Double;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Tests.Cluster;

public sealed class ApplyTests
{
    [Fact]
    public async Task Applies_in_the_order_of_need_and_a_second_time_changes_nothing()
    {
        await using var sandbox = await Sandbox.StartAsync();
        var report = await sandbox.ApplyAsync(Sandbox.Manifests());

        Assert.Null(report.Failure);
        Assert.True(report.IsDone);
        Assert.All(report.Objects, item => Assert.Equal(ObjectOutcome.Created, item.Outcome));
        Assert.Equal(
            ["namespaces/models", "serviceaccounts/langid", "configmaps/settings", "networkpolicies/langid", "services/langid", "poddisruptionbudgets/langid", "deployments/langid", "scaledobjects/langid"],
            sandbox.Cluster.Requests.Where(request => request.StartsWith("PATCH", StringComparison.Ordinal) && !request.Contains("dryRun", StringComparison.Ordinal)).Select(request => string.Join('/', request.Split('?')[0].Split('/')[^2..])));
        Assert.Equal("applied", sandbox.State());
        Assert.True(Ownership.IsOurs(sandbox.Cluster.Store.Find("Deployment", "models", "langid")!, "langid"));

        var before = sandbox.Cluster.Store.Find("Deployment", "models", "langid")!.ToJsonString();
        var again = await sandbox.ApplyAsync(Sandbox.Manifests());
        Assert.True(again.IsDone);
        Assert.All(again.Objects, item => Assert.Equal(ObjectOutcome.Unchanged, item.Outcome));
        Assert.Equal(before, sandbox.Cluster.Store.Find("Deployment", "models", "langid")!.ToJsonString());
    }

    [Fact]
    public async Task Changes_what_differs_and_removes_what_is_rendered_no_more()
    {
        await using var sandbox = await Sandbox.StartAsync();
        await sandbox.ApplyAsync([.. Sandbox.Manifests(), Sandbox.Of("example.invalid/v1", "Ox", "models", "old", """{"spec": {"a": 1}}""")]);
        Assert.NotNull(sandbox.Cluster.Store.Find("Ox", "models", "old"));

        var manifests = Sandbox.Manifests();
        manifests[1] = Sandbox.Deployment("registry.invalid/worker@sha256:cc");
        var report = await sandbox.ApplyAsync(manifests);

        Assert.True(report.IsDone);
        Assert.Equal(ObjectOutcome.Configured, Sandbox.Outcome(report, "Deployment"));
        Assert.Equal(ObjectOutcome.Unchanged, Sandbox.Outcome(report, "Service"));
        Assert.Equal(ObjectOutcome.Pruned, Sandbox.Outcome(report, "Ox"));
        Assert.Null(sandbox.Cluster.Store.Find("Ox", "models", "old"));
    }

    [Fact]
    public async Task Prunes_neither_volume_claims_nor_what_is_not_ours_any_more()
    {
        await using var sandbox = await Sandbox.StartAsync();
        var claim = Sandbox.Of("v1", "PersistentVolumeClaim", "models", "data", """{"spec": {"storageClassName": "x"}}""");
        var given = Sandbox.Of("v1", "Secret", "models", "given-away", """{"type": "Opaque"}""");
        await sandbox.ApplyAsync([.. Sandbox.Manifests(), claim, given]);
        sandbox.Cluster.Edit("Secret", "models", "given-away", live => live["metadata"]!["labels"]!.AsObject().Remove(Ownership.DeploymentLabel));

        var report = await sandbox.ApplyAsync(Sandbox.Manifests());
        Assert.True(report.IsDone);
        Assert.Equal(ObjectOutcome.Kept, Sandbox.Outcome(report, "PersistentVolumeClaim"));
        Assert.Equal(ObjectOutcome.Kept, Sandbox.Outcome(report, "Secret"));
        Assert.NotNull(sandbox.Cluster.Store.Find("PersistentVolumeClaim", "models", "data"));
        Assert.NotNull(sandbox.Cluster.Store.Find("Secret", "models", "given-away"));
    }

    [Fact]
    public async Task Nothing_is_pruned_when_the_apply_fails()
    {
        await using var sandbox = await Sandbox.StartAsync();
        await sandbox.ApplyAsync([.. Sandbox.Manifests(), Sandbox.Of("example.invalid/v1", "Ox", "models", "old", """{"spec": {"a": 1}}""")]);
        sandbox.Cluster.Controllers.Rollouts = _ => Rollout.Failed;
        var manifests = Sandbox.Manifests();
        manifests[1] = Sandbox.Deployment("registry.invalid/worker@sha256:cc");

        Assert.False((await sandbox.ApplyAsync(manifests)).IsDone);
        Assert.NotNull(sandbox.Cluster.Store.Find("Ox", "models", "old"));
        Assert.DoesNotContain(sandbox.Cluster.Requests, request => request.StartsWith("DELETE", StringComparison.Ordinal));

        // What was not pruned is not forgotten either.
        sandbox.Cluster.Controllers.Rollouts = _ => Rollout.Done;
        Assert.Equal(ObjectOutcome.Pruned, Sandbox.Outcome(await sandbox.ApplyAsync(manifests), "Ox"));
    }

    [Fact]
    public async Task Conflict_names_manager_and_fields_and_changes_nothing_until_forced()
    {
        await using var sandbox = await Sandbox.StartAsync();
        await sandbox.ApplyAsync(Sandbox.Manifests());
        sandbox.Cluster.Edit("Deployment", "models", "langid", live => live["spec"]!["template"]!["spec"]!["containers"]![0]!["image"] = "registry.invalid/patched", "kubectl-edit");
        sandbox.Cluster.Edit("ConfigMap", "models", "settings", live => live["data"]!["Lanes"] = "7", "another-tool");
        var before = sandbox.Contents();

        var report = await sandbox.ApplyAsync(Sandbox.Manifests());
        Assert.False(report.IsDone);
        Assert.Equal(before, sandbox.Contents());
        Assert.Equal("TSF7043 Refused by the cluster's check: kubectl-edit manages .spec.template.spec.containers[name=\"worker\"].image.", Sandbox.Detail(report, "Deployment"));
        Assert.Contains("another-tool manages .data.Lanes", Sandbox.Detail(report, "ConfigMap"), StringComparison.Ordinal);
        Assert.Equal("applied", sandbox.State());

        var forced = await sandbox.ApplyAsync(Sandbox.Manifests(), Sandbox.Options() with { ForceConflicts = true });
        Assert.True(forced.IsDone);
        Assert.Equal(ObjectOutcome.Configured, Sandbox.Outcome(forced, "Deployment"));
        Assert.Equal("2", (string?)sandbox.Cluster.Store.Find("ConfigMap", "models", "settings")!["data"]!["Lanes"]);
    }

    [Fact]
    public async Task Replicas_that_the_autoscaler_owns_are_left_alone()
    {
        await using var sandbox = await Sandbox.StartAsync();
        await sandbox.ApplyAsync(Sandbox.Manifests());
        sandbox.Cluster.Edit("Deployment", "models", "langid", live => live["spec"]!["replicas"] = 5, "kube-controller-manager");

        var manifests = Sandbox.Manifests();
        manifests[1] = Sandbox.Deployment("registry.invalid/worker@sha256:cc");
        Assert.True((await sandbox.ApplyAsync(manifests)).IsDone);
        Assert.Equal(5, (int)sandbox.Cluster.Store.Find("Deployment", "models", "langid")!["spec"]!["replicas"]!);
    }

    [Fact]
    public async Task Object_of_somebody_else_is_refused_until_adopted()
    {
        await using var sandbox = await Sandbox.StartAsync();
        sandbox.Cluster.Put("Namespace", null, "models", []);
        sandbox.Cluster.Put("ConfigMap", "models", "settings", new() { ["data"] = new System.Text.Json.Nodes.JsonObject { ["Theirs"] = "1" } });

        var report = await sandbox.ApplyAsync(Sandbox.Manifests());
        Assert.Contains("TSF7044", Sandbox.Detail(report, "ConfigMap"), StringComparison.Ordinal);
        Assert.All(report.Objects.Where(item => item.Object.Kind != "ConfigMap"), item => Assert.Equal(ObjectOutcome.NotReached, item.Outcome));
        Assert.Null(sandbox.Cluster.Store.Find("Deployment", "models", "langid"));

        Assert.True((await sandbox.ApplyAsync(Sandbox.Manifests(), Sandbox.Options() with { Adopt = true })).IsDone);
        Assert.Equal("1", (string?)sandbox.Cluster.Store.Find("ConfigMap", "models", "settings")!["data"]!["Theirs"]);

        // A namespace that was there before serves others too and never becomes ours.
        Assert.False(Ownership.IsOurs(sandbox.Cluster.Store.Find("Namespace", null, "models")!, "langid"));
        Assert.Equal("restricted", (string?)sandbox.Cluster.Store.Find("Namespace", null, "models")!["metadata"]!["labels"]!["pod-security.kubernetes.io/enforce"]);
    }

    [Fact]
    public async Task Object_of_another_deployment_is_refused()
    {
        await using var sandbox = await Sandbox.StartAsync();
        await sandbox.ApplyAsync(Sandbox.Manifests());
        var report = await sandbox.ApplyAsync([.. Sandbox.Manifests().Where(manifest => manifest.Kind != "Namespace")], Sandbox.Options("digits"));
        Assert.All(report.Objects, item => Assert.Contains("part of the deployment langid", item.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Unknown_kinds_and_doubled_objects_are_all_told_at_once_and_nothing_is_changed()
    {
        await using var sandbox = await Sandbox.StartAsync();
        var before = sandbox.Contents();
        var report = await sandbox.ApplyAsync([.. Sandbox.Manifests(), Sandbox.Deployment(), Sandbox.Of("keda.sh/v9", "ScaledObject", "models", "x"), Sandbox.Of("../../secrets", "Cow", "models", "y")]);
        Assert.Equal(3, report.Objects.Count(item => item.Outcome == ObjectOutcome.Failed));
        Assert.Equal(2, report.Objects.Count(item => item.Detail?.Contains("TSF7045", StringComparison.Ordinal) == true));
        Assert.Equal(before, sandbox.Contents());
    }

    [Fact]
    public async Task Of_two_applies_at_once_one_is_refused()
    {
        await using var sandbox = await Sandbox.StartAsync();
        sandbox.Cluster.Controllers.Rollouts = _ => Rollout.Stalled;
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        sandbox.Progressed = line => _ = line.Contains("0 available", StringComparison.Ordinal) && waits.TrySetResult();
        var first = sandbox.ApplyAsync(Sandbox.Manifests());
        await waits.Task.WaitAsync(TimeSpan.FromMinutes(1));

        var refused = await Assert.ThrowsAsync<TsfException>(() => sandbox.ApplyAsync(Sandbox.Manifests()));
        Assert.Equal(TsfErrors.DeploymentBusy, refused.Error);

        sandbox.Cluster.Put("Deployment", "models", "langid", new() { ["status"] = System.Text.Json.Nodes.JsonNode.Parse("""{"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}""") }, subresource: "status");
        Assert.True((await first).IsDone);
    }

    [Fact]
    public async Task Apply_that_was_cut_off_is_taken_over_when_its_time_is_over()
    {
        await using var sandbox = await Sandbox.StartAsync();
        await sandbox.ApplyAsync(Sandbox.Manifests());
        void Hold(string until) => sandbox.Cluster.Edit("ConfigMap", "models", "trustedserve-inventory-langid", live =>
        {
            var inventory = System.Text.Json.Nodes.JsonNode.Parse((string)live["data"]!["inventory.json"]!)!;
            inventory["state"] = "applying";
            inventory["holder"] = "somewhere/else";
            inventory["heldUntil"] = until;
            live["data"]!["inventory.json"] = inventory.ToJsonString();
        });

        Hold("2999-01-01T00:00:00Z");
        Assert.Equal(TsfErrors.DeploymentBusy, (await Assert.ThrowsAsync<TsfException>(() => sandbox.ApplyAsync(Sandbox.Manifests()))).Error);
        Hold("2001-01-01T00:00:00Z");
        Assert.True((await sandbox.ApplyAsync(Sandbox.Manifests())).IsDone);
        Assert.Contains(sandbox.Progress, line => line.Contains("cut off", StringComparison.Ordinal));
    }
}
