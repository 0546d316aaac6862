using TrustedServe.Kubernetes.Cluster.Applying;
using TrustedServe.Kubernetes.Manifests;
using TrustedServe.Kubernetes.Tests.Cluster.Double;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Tests.Cluster;

public sealed class RollBackTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public async Task First_apply_that_fails_at_the_nth_object_leaves_nothing(int nth)
    {
        await using var sandbox = await Sandbox.StartAsync();
        var before = sandbox.Contents();
        sandbox.Cluster.Faults.Add("PATCH", "/", Faults.Status(422, "Invalid", "admission webhook says no"), skip: nth, without: "dryRun");

        var report = await sandbox.ApplyAsync(Sandbox.Manifests());
        Assert.False(report.IsDone);
        Assert.False(report.IsHalfDone);
        Assert.Equal(TsfErrors.ClusterRefused, report.Failure!.Error);
        Assert.Contains("admission webhook says no", report.Failure.Message, StringComparison.Ordinal);
        Assert.Equal(nth + 1, report.Objects.Count(item => item.Outcome == ObjectOutcome.RolledBack));
        Assert.Equal(7 - nth, report.Objects.Count(item => item.Outcome == ObjectOutcome.NotReached));
        Assert.Equal(before, sandbox.Contents());
        Assert.Null(sandbox.State());
    }

    [Fact]
    public async Task Upgrade_that_fails_brings_back_every_field()
    {
        await using var sandbox = await Sandbox.StartAsync();
        await sandbox.ApplyAsync(Sandbox.Manifests());
        var before = sandbox.Contents();
        sandbox.Cluster.Faults.Add("PATCH", "scaledobjects", Faults.Status(403, "Forbidden", "not allowed"), without: "dryRun");

        var report = await sandbox.ApplyAsync(Upgrade());
        Assert.Equal(ObjectOutcome.RolledBack, Sandbox.Outcome(report, "Deployment"));
        Assert.Equal(ObjectOutcome.RolledBack, Sandbox.Outcome(report, "ConfigMap"));
        Assert.Equal(ObjectOutcome.RolledBack, Sandbox.Outcome(report, "Ox"));
        Assert.Equal(ObjectOutcome.RolledBack, Sandbox.Outcome(report, "ScaledObject"));
        Assert.Equal(ObjectOutcome.Unchanged, Sandbox.Outcome(report, "Service"));
        Assert.Equal(before, sandbox.Contents());
        Assert.Equal("rolledBack", sandbox.State());

        // And the way forward is open.
        sandbox.Cluster.Faults.Clear();
        Assert.True((await sandbox.ApplyAsync(Upgrade())).IsDone);
        Assert.Equal("applied", sandbox.State());
    }

    [Fact]
    public async Task Rollout_that_fails_is_rolled_back_and_says_which_pod_failed_and_why()
    {
        await using var sandbox = await Sandbox.StartAsync();
        await sandbox.ApplyAsync(Sandbox.Manifests());
        var before = sandbox.Contents();
        sandbox.Cluster.Controllers.Rollouts = live => live.ToJsonString().Contains("sha256:cc", StringComparison.Ordinal) ? Rollout.Failed : Rollout.Done;
        sandbox.Progressed = line =>
        {
            if (line.Contains("Deployment/models/langid configured", StringComparison.Ordinal))
            {
                sandbox.Cluster.Put("Pod", "models", "langid-1", System.Text.Json.Nodes.JsonNode.Parse("""
                    {"metadata": {"labels": {"app": "langid"}}, "status": {"phase": "Pending", "containerStatuses": [{"name": "worker", "ready": false, "state": {"waiting": {"reason": "ImagePullBackOff", "message": "no such\u001b[31m digest"}}}]}}
                    """)!.AsObject());
            }
        };

        var report = await sandbox.ApplyAsync(Upgrade());
        Assert.False(report.IsDone);
        Assert.Contains("timed out progressing", report.Failure!.Message, StringComparison.Ordinal);
        Assert.Contains("pod langid-1: container worker waits: ImagePullBackOff no such [31m digest", report.Failure.Message, StringComparison.Ordinal);
        Assert.Equal(ObjectOutcome.RolledBack, Sandbox.Outcome(report, "Deployment"));
        Assert.Equal("rolledBack", sandbox.State());
        var after = sandbox.Contents();
        after.Remove("Pod/models/langid-1");
        Assert.Equal(before, after);
    }

    [Fact]
    public async Task Time_that_is_over_is_a_failure_and_is_rolled_back()
    {
        var time = new ManualTime(Sandbox.Limit);
        await using var sandbox = await Sandbox.StartAsync(time);
        sandbox.Cluster.Controllers.Scales = _ => false;
        sandbox.Progressed = line =>
        {
            if (line.Contains("ScaledObject/models/langid ScaledObjectCheckFailed", StringComparison.Ordinal))
            {
                time.Fire();
            }
        };

        var report = await sandbox.ApplyAsync(Sandbox.Manifests());
        Assert.Contains("within 600 s", report.Failure!.Message, StringComparison.Ordinal);
        Assert.Contains("not ready in time (ScaledObjectCheckFailed: failed to ensure HPA is correctly created)", Sandbox.Detail(report, "ScaledObject"), StringComparison.Ordinal);
        Assert.All(report.Objects, item => Assert.Equal(ObjectOutcome.RolledBack, item.Outcome));
        Assert.Null(sandbox.Cluster.Store.Find("Namespace", null, "models"));
    }

    [Fact]
    public async Task Caller_who_leaves_gets_a_report_and_the_state_from_before()
    {
        await using var sandbox = await Sandbox.StartAsync();
        await sandbox.ApplyAsync(Sandbox.Manifests());
        var before = sandbox.Contents();
        sandbox.Cluster.Controllers.Rollouts = live => live.ToJsonString().Contains("sha256:cc", StringComparison.Ordinal) ? Rollout.Stalled : Rollout.Done;
        using var left = new CancellationTokenSource();
        sandbox.Progressed = line =>
        {
            if (line.Contains("0 available", StringComparison.Ordinal))
            {
                left.Cancel();
            }
        };

        var report = await sandbox.ApplyAsync(Upgrade(), cancellationToken: left.Token);
        Assert.Contains("interrupted", report.Failure!.Message, StringComparison.Ordinal);
        Assert.Equal(before, sandbox.Contents());
        Assert.Equal("rolledBack", sandbox.State());
    }

    [Fact]
    public async Task What_was_forced_from_others_and_cannot_be_given_back_is_told_field_by_field()
    {
        await using var sandbox = await Sandbox.StartAsync();
        await sandbox.ApplyAsync(Sandbox.Manifests());
        sandbox.Cluster.Edit("ConfigMap", "models", "settings", live => live["data"]!["Lanes"] = "7", "another-tool");
        sandbox.Cluster.Faults.Add("PATCH", "scaledobjects", Faults.Status(403, "Forbidden", "not allowed"), without: "dryRun");

        var report = await sandbox.ApplyAsync(Sandbox.Manifests(), Sandbox.Options() with { ForceConflicts = true });
        Assert.True(report.IsHalfDone);
        Assert.False(report.IsDone);
        Assert.Equal(ObjectOutcome.NotRolledBack, Sandbox.Outcome(report, "ConfigMap"));
        Assert.Contains("all but data.Lanes", Sandbox.Detail(report, "ConfigMap"), StringComparison.Ordinal);
        Assert.Equal("failed", sandbox.State());
    }

    [Fact]
    public async Task Rolling_back_that_fails_itself_is_told_and_not_called_rolled_back()
    {
        await using var sandbox = await Sandbox.StartAsync();
        await sandbox.ApplyAsync(Sandbox.Manifests());
        sandbox.Cluster.Faults.Add("PATCH", "scaledobjects", Faults.Status(403, "Forbidden", "not allowed"), without: "dryRun");
        sandbox.Cluster.Faults.Add("PATCH", "deployments", Faults.Status(403, "Forbidden", "revoked in the middle"), skip: 1, without: "dryRun");

        var report = await sandbox.ApplyAsync(Upgrade());
        Assert.True(report.IsHalfDone);
        Assert.Equal(ObjectOutcome.NotRolledBack, Sandbox.Outcome(report, "Deployment"));
        Assert.Contains("revoked in the middle", Sandbox.Detail(report, "Deployment"), StringComparison.Ordinal);
        Assert.Equal(ObjectOutcome.RolledBack, Sandbox.Outcome(report, "ConfigMap"));
        Assert.Equal("failed", sandbox.State());
    }

    [Fact]
    public async Task Without_rolling_back_everything_stays_and_is_called_failed()
    {
        await using var sandbox = await Sandbox.StartAsync();
        sandbox.Cluster.Controllers.Rollouts = _ => Rollout.Failed;
        var report = await sandbox.ApplyAsync(Sandbox.Manifests(), Sandbox.Options() with { RollBack = false });
        Assert.False(report.IsDone);
        Assert.Equal(ObjectOutcome.Failed, Sandbox.Outcome(report, "Deployment"));
        Assert.NotNull(sandbox.Cluster.Store.Find("Deployment", "models", "langid"));
        Assert.Equal("failed", sandbox.State());
    }

    // A changed image, a new variable, a key less in the settings, an object more.
    internal static List<Manifest> Upgrade()
    {
        var manifests = Sandbox.Manifests();
        manifests[1] = Sandbox.Deployment("registry.invalid/worker@sha256:cc", """, {"name": "MORE", "value": "1"}""");
        manifests[2] = Sandbox.Of("v1", "ConfigMap", "models", "settings", """{"data": {"Lanes": "4"}}""");
        manifests.Add(Sandbox.Of("example.invalid/v1", "Ox", "models", "new", """{"spec": {"a": 1}}"""));
        return manifests;
    }
}
