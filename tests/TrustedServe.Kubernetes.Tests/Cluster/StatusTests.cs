using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Looking;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Tests.Cluster;

public sealed class StatusTests
{
    private const string Tdx = """{"ready": true, "models": 2, "modelsReady": 2, "trust": "tdx"}""";

    [Fact]
    public async Task Shows_instances_trust_models_scaling_and_events()
    {
        await using var sandbox = await StartAsync();
        Pod(sandbox, "langid-1", ready: true);
        sandbox.Cluster.Pods["langid-1:8081"] = path => path == "/healthz/ready" ? (200, Tdx) : (404, "{}");
        sandbox.Cluster.Put("ScaledObject", "models", "langid", new()
        {
            ["status"] = JsonNode.Parse("""
            {"conditions": [{"type": "Ready", "status": "True"}, {"type": "Active", "status": "True", "reason": "ScalerActive"}, {"type": "Fallback", "status": "False"}], "hpaName": "keda-hpa-langid", "lastActiveTime": "2026-11-28T04:00:00Z",
             "externalMetricNames": ["s0-azure-queue-scoring"], "triggersActivity": {"s0-azure-queue-scoring": {"isActive": true}}, "health": {"s0-azure-queue-scoring": {"numberOfFailures": 2, "status": "Failing"}}}
            """),
        }, "keda-operator", "status");
        sandbox.Cluster.Put("HorizontalPodAutoscaler", "models", "keda-hpa-langid", JsonNode.Parse("""
            {"spec": {"metrics": [{"type": "External", "external": {"metric": {"name": "s0-azure-queue-scoring"}, "target": {"type": "AverageValue", "averageValue": "5"}}}]},
             "status": {"currentReplicas": 1, "desiredReplicas": 4, "currentMetrics": [{"type": "External", "external": {"metric": {"name": "s0-azure-queue-scoring"}, "current": {"averageValue": "20"}}}],
              "conditions": [{"type": "AbleToScale", "status": "True", "reason": "SucceededRescale", "message": "the HPA controller was able to update the target scale to 4"}, {"type": "ScalingLimited", "status": "False", "reason": "DesiredWithinRange", "message": "fine"}]}}
            """)!.AsObject());
        Event(sandbox, "a", "Pod", "langid-1", "Warning", "Unhealthy", "Startup probe failed");
        Event(sandbox, "b", "HorizontalPodAutoscaler", "keda-hpa-langid", "Normal", "SuccessfulRescale", "New size: 4");
        Event(sandbox, "c", "Pod", "langid-1", "Normal", "Pulled", "of no interest");
        Event(sandbox, "d", "Pod", "stranger", "Warning", "BackOff", "of others");

        var status = await ReadAsync(sandbox);
        Assert.True(status.IsHealthy);
        Assert.Equal(8, status.Objects.Count);
        var instance = Assert.Single(status.Instances);
        Assert.Equal(("langid-1", true, "tdx", 2L, 2L, "node-1", 3L, "-"), (instance.Pod, instance.IsReady, instance.Trust, instance.Models!.Value, instance.ModelsReady!.Value, instance.Node, instance.Restarts, instance.Problem ?? "-"));
        var scaler = Assert.Single(status.Scalers);
        Assert.Equal((1L, 4L, 0L, 8L), (scaler.Replicas!.Value, scaler.Desired!.Value, scaler.Least!.Value, scaler.Most!.Value));
        Assert.Contains("update the target scale to 4", scaler.Decision, StringComparison.Ordinal);
        Assert.DoesNotContain("fine", scaler.Decision, StringComparison.Ordinal);
        Assert.Equal(new TriggerStatus("s0-azure-queue-scoring", "azure-queue", true, "20 per instance", "5 per instance", 2), Assert.Single(scaler.Triggers));
        Assert.Equal(["Unhealthy", "SuccessfulRescale"], status.Events.Select(line => line.Reason));
    }

    [Fact]
    public async Task Pod_that_is_not_ready_still_tells_its_trust_and_simulated_trust_is_not_healthy()
    {
        await using var sandbox = await StartAsync();
        Pod(sandbox, "langid-1", ready: false);
        sandbox.Cluster.Pods["langid-1:8081"] = _ => (503, """{"ready": false, "models": 2, "modelsReady": 1, "trust": "tdx"}""");
        var status = await ReadAsync(sandbox);
        Assert.Equal(("tdx", 1L), (status.Instances[0].Trust, status.Instances[0].ModelsReady!.Value));
        Assert.False(status.IsHealthy);

        Pod(sandbox, "langid-1", ready: true);
        sandbox.Cluster.Pods["langid-1:8081"] = _ => (200, Tdx.Replace("tdx", "insecure-simulated", StringComparison.Ordinal));
        Assert.False((await ReadAsync(sandbox)).IsHealthy);
        sandbox.Cluster.Pods["langid-1:8081"] = _ => (200, Tdx);
        Assert.True((await ReadAsync(sandbox)).IsHealthy);
    }

    [Fact]
    public async Task Pod_that_cannot_be_asked_has_no_trust_but_a_reason()
    {
        await using var sandbox = await StartAsync();
        Pod(sandbox, "langid-1", ready: true);
        Pod(sandbox, "langid-2", ready: true);
        Pod(sandbox, "langid-3", ready: true);
        sandbox.Cluster.Pods["langid-2:8081"] = _ => (200, new string('x', 1 << 20));
        sandbox.Cluster.Pods["langid-3:8081"] = _ => (200, """{"trust": "tdx\u001b[2J"}""");
        var status = await ReadAsync(sandbox);
        Assert.Contains("connection refused", status.Instances[0].Problem, StringComparison.Ordinal);
        Assert.Contains("larger than", status.Instances[1].Problem, StringComparison.Ordinal);
        Assert.Null(status.Instances[0].Trust);
        Assert.DoesNotContain('\u001b', status.Instances[2].Trust!);
        Assert.False(status.IsHealthy);
    }

    [Fact]
    public async Task Missing_objects_lost_labels_and_unknown_deployments_are_told()
    {
        await using var sandbox = await StartAsync();
        sandbox.Cluster.Edit("ConfigMap", "models", "settings", live => live["metadata"]!["labels"] = new JsonObject());
        sandbox.Cluster.Store.Delete(Double.KindEntry.All.First(kind => kind.Kind == "Service"), "models", "langid", null, foreground: false, dryRun: false);
        await Sandbox.UntilAsync(() => sandbox.Cluster.Store.Find("Service", "models", "langid") is null);
        var status = await ReadAsync(sandbox);
        Assert.False(status.IsHealthy);
        Assert.Equal("missing", status.Objects.Single(item => item.Object.Kind == "Service").Text);
        Assert.Contains("labels", status.Objects.Single(item => item.Object.Kind == "ConfigMap").Text, StringComparison.Ordinal);
        Assert.Equal(TsfErrors.DeploymentNotFound, (await Assert.ThrowsAsync<TsfException>(() => new ClusterStatus(sandbox.Client, "other", "models").ReadAsync(CancellationToken.None))).Error);
    }

    private static async Task<Sandbox> StartAsync()
    {
        var sandbox = await Sandbox.StartAsync();
        Assert.True((await sandbox.ApplyAsync(Sandbox.Manifests())).IsDone);
        return sandbox;
    }

    private static Task<DeploymentStatus> ReadAsync(Sandbox sandbox) => new ClusterStatus(sandbox.Client, "langid", "models").ReadAsync(CancellationToken.None);

    private static void Pod(Sandbox sandbox, string name, bool ready) => sandbox.Cluster.Put("Pod", "models", name, JsonNode.Parse("""
        {"metadata": {"labels": {"app": "langid"}},
         "spec": {"nodeName": "node-1", "containers": [{"name": "functions", "ports": [{"name": "health", "containerPort": 8081}], "readinessProbe": {"httpGet": {"path": "/healthz/ready", "port": "health"}}}]},
         "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "READY"}], "containerStatuses": [{"name": "functions", "ready": true, "restartCount": 3, "state": {"running": {}}}]}}
        """.Replace("READY", ready ? "True" : "False", StringComparison.Ordinal))!.AsObject());

    private static void Event(Sandbox sandbox, string name, string kind, string about, string type, string reason, string message) => sandbox.Cluster.Put("Event", "models", name, new()
    {
        ["involvedObject"] = new JsonObject { ["kind"] = kind, ["name"] = about },
        ["type"] = type,
        ["reason"] = reason,
        ["message"] = message,
        ["lastTimestamp"] = $"2026-11-28T04:00:0{name[0] - 'a'}Z",
    });
}
