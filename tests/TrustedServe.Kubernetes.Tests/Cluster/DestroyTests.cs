using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Applying;
using TrustedServe.Kubernetes.Cluster.Destroying;
using TrustedServe.Kubernetes.Tests.Cluster.Double;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Tests.Cluster;

public sealed class DestroyTests
{
    [Fact]
    public async Task Removes_everything_of_ours_in_reverse_order_and_the_namespace_last()
    {
        await using var sandbox = await Sandbox.StartAsync();
        var before = sandbox.Contents();
        await sandbox.ApplyAsync(Sandbox.Manifests());
        var report = await DestroyAsync(sandbox);
        Assert.True(report.IsDone);
        Assert.All(report.Objects, item => Assert.Equal(ObjectOutcome.Pruned, item.Outcome));
        Assert.Equal(["ScaledObject", "Deployment", "PodDisruptionBudget", "Service", "NetworkPolicy", "ConfigMap", "ServiceAccount", "Namespace"], report.Objects.Select(item => item.Object.Kind));
        Assert.Equal(before, sandbox.Contents());
        Assert.Equal(TsfErrors.DeploymentNotFound, (await Assert.ThrowsAsync<TsfException>(() => DestroyAsync(sandbox))).Error);
    }

    [Fact]
    public async Task Leaves_what_is_of_others_and_the_namespace_that_holds_it()
    {
        await using var sandbox = await Sandbox.StartAsync();
        await sandbox.ApplyAsync([.. Sandbox.Manifests(), Sandbox.Of("v1", "PersistentVolumeClaim", "models", "data", """{"spec": {"storageClassName": "x"}}""")]);
        sandbox.Cluster.Put("Ox", "models", "foreign", new() { ["spec"] = new JsonObject { ["a"] = 1 } });
        var report = await DestroyAsync(sandbox);

        Assert.True(report.IsDone); // what is kept on purpose is no failure, and is told
        Assert.Equal(ObjectOutcome.Kept, Sandbox.Outcome(report, "PersistentVolumeClaim"));
        Assert.Equal(ObjectOutcome.Kept, Sandbox.Outcome(report, "Namespace"));
        Assert.Contains("Ox/foreign", Sandbox.Detail(report, "Namespace"), StringComparison.Ordinal);
        Assert.NotNull(sandbox.Cluster.Store.Find("Ox", "models", "foreign"));
        Assert.NotNull(sandbox.Cluster.Store.Find("PersistentVolumeClaim", "models", "data"));
        Assert.Null(sandbox.Cluster.Store.Find("Deployment", "models", "langid"));
        Assert.Null(sandbox.State());
    }

    [Fact]
    public async Task Namespace_is_left_when_it_cannot_be_told_what_is_in_it()
    {
        await using var sandbox = await Sandbox.StartAsync();
        await sandbox.ApplyAsync(Sandbox.Manifests());
        sandbox.Cluster.Faults.Add("GET", "/apis/batch/v1", Faults.Status(403, "Forbidden", "no batch for you"));
        var report = await DestroyAsync(sandbox);
        Assert.Equal(ObjectOutcome.Kept, Sandbox.Outcome(report, "Namespace"));
        Assert.Contains("no batch for you", Sandbox.Detail(report, "Namespace"), StringComparison.Ordinal);
        Assert.NotNull(sandbox.Cluster.Store.Find("Namespace", null, "models"));
    }

    [Fact]
    public async Task Namespace_and_pods_that_controllers_made_of_ours_go_along()
    {
        await using var sandbox = await Sandbox.StartAsync();
        await sandbox.ApplyAsync(Sandbox.Manifests());
        var uid = (string)sandbox.Cluster.Store.Find("Deployment", "models", "langid")!["metadata"]!["uid"]!;
        var set = sandbox.Cluster.Put("ReplicaSet", "models", "langid-5d", Owned("Deployment", "langid", uid));
        sandbox.Cluster.Put("Pod", "models", "langid-5d-x", Owned("ReplicaSet", "langid-5d", (string)set["metadata"]!["uid"]!));
        Assert.True((await DestroyAsync(sandbox)).IsDone);
        Assert.Null(sandbox.Cluster.Store.Find("Pod", "models", "langid-5d-x"));
        Assert.Null(sandbox.Cluster.Store.Find("Namespace", null, "models"));
    }

    [Fact]
    public async Task Object_that_was_exchanged_for_another_of_its_name_is_left()
    {
        await using var sandbox = await Sandbox.StartAsync();
        await sandbox.ApplyAsync(Sandbox.Manifests());
        sandbox.Cluster.Faults.Add("DELETE", "services/langid", Faults.Before(() =>
        {
            sandbox.Cluster.Store.Delete(KindEntry.All.First(kind => kind.Kind == "Service"), "models", "langid", null, foreground: false, dryRun: false);
            while (sandbox.Cluster.Store.Collect())
            {
            }

            sandbox.Cluster.Put("Service", "models", "langid", new() { ["spec"] = new JsonObject { ["theirs"] = true } });
        }), times: 1);
        var report = await DestroyAsync(sandbox);
        Assert.False(report.IsDone);
        Assert.Contains("Precondition failed", Sandbox.Detail(report, "Service"), StringComparison.Ordinal);
        Assert.NotNull(sandbox.Cluster.Store.Find("Service", "models", "langid"));
    }

    [Fact]
    public async Task Finalizer_that_nobody_removes_is_named_and_nothing_is_called_done()
    {
        var time = new ManualTime(Sandbox.Limit);
        await using var sandbox = await Sandbox.StartAsync(time);
        await sandbox.ApplyAsync(Sandbox.Manifests());
        sandbox.Cluster.Edit("ScaledObject", "models", "langid", live => live["metadata"]!["finalizers"] = new JsonArray("finalizer.keda.sh"), "keda");
        var destroy = DestroyAsync(sandbox);
        await Sandbox.UntilAsync(() => sandbox.Cluster.Requests.SkipWhile(request => !request.StartsWith("DELETE", StringComparison.Ordinal)).Any(request => request.Contains("watch=true", StringComparison.Ordinal)));
        time.Fire();

        var report = await destroy;
        Assert.False(report.IsDone);
        Assert.Equal(TsfErrors.DestroyIncomplete, report.Failure!.Error);
        Assert.Contains("these finalizers hold it: finalizer.keda.sh", Sandbox.Detail(report, "ScaledObject"), StringComparison.Ordinal);
        Assert.All(report.Objects.Where(item => item.Object.Kind != "ScaledObject"), item => Assert.NotEqual(ObjectOutcome.Pruned, item.Outcome));
        Assert.Equal("destroying", sandbox.State());
    }

    [Fact]
    public async Task What_is_left_is_removed_by_the_next_destroy()
    {
        await using var sandbox = await Sandbox.StartAsync();
        await sandbox.ApplyAsync(Sandbox.Manifests());
        sandbox.Cluster.Faults.Add("DELETE", "deployments", Faults.Status(403, "Forbidden", "not now"));
        var report = await DestroyAsync(sandbox);
        Assert.False(report.IsDone);
        Assert.Equal(ObjectOutcome.Failed, Sandbox.Outcome(report, "Deployment"));
        Assert.Equal(ObjectOutcome.NotReached, Sandbox.Outcome(report, "Namespace"));
        Assert.Equal("destroying", sandbox.State());

        sandbox.Cluster.Faults.Clear();
        Assert.True((await DestroyAsync(sandbox)).IsDone);
        Assert.Null(sandbox.Cluster.Store.Find("Namespace", null, "models"));
    }

    private static JsonObject Owned(string kind, string name, string uid) => new()
    {
        ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = "langid" }, ["ownerReferences"] = new JsonArray(new JsonObject { ["apiVersion"] = "apps/v1", ["kind"] = kind, ["name"] = name, ["uid"] = uid, ["controller"] = true }) },
    };

    private static Task<ApplyReport> DestroyAsync(Sandbox sandbox) =>
        new ClusterDestroy(sandbox.Client, new DestroyOptions { Deployment = "langid", Namespace = "models", Timeout = Sandbox.Limit }, sandbox).RunAsync(CancellationToken.None);
}
