using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace TrustedServe.Kubernetes.Tests.Cluster.Double;

/// <summary>
/// Just enough of the controllers: deployments roll out, KEDA says Ready, what is deleted is collected. Each works after the change, as the
/// real ones do, never within it.
/// </summary>
internal sealed class Controllers : IAsyncDisposable
{
    private readonly ObjectStore store;
    private readonly Channel<StoreEvent> changes = Channel.CreateUnbounded<StoreEvent>();
    private readonly Task work;

    public Controllers(ObjectStore store)
    {
        this.store = store;
        store.Changed = change => changes.Writer.TryWrite(change);
        work = WorkAsync();
    }

    /// <summary>How a deployment's rollout goes.</summary>
    public Func<JsonObject, Rollout> Rollouts { get; set; } = _ => Rollout.Done;

    /// <summary>What KEDA says of a ScaledObject.</summary>
    public Func<JsonObject, bool> Scales { get; set; } = _ => true;

    public async ValueTask DisposeAsync()
    {
        changes.Writer.Complete();
        await work;
    }

    private async Task WorkAsync()
    {
        await foreach (var change in changes.Reader.ReadAllAsync())
        {
            if (change.Type != "DELETED" && change.Object["metadata"]!["deletionTimestamp"] is null)
            {
                switch (change.Kind.Kind)
                {
                    case "Deployment" when !JsonNode.DeepEquals(change.Object["status"]?["observedGeneration"], change.Object["metadata"]!["generation"]):
                        RollOut(change);
                        break;
                    case "ScaledObject" or "ScaledJob" or "InterceptorRoute" when change.Object["status"] is null:
                        Ready(change);
                        break;
                }
            }

            while (store.Collect())
            {
            }
        }
    }

    private void RollOut(StoreEvent change)
    {
        var wanted = (long)change.Object["spec"]!["replicas"]!;
        var rollout = Rollouts(change.Object);
        var status = new JsonObject { ["observedGeneration"] = change.Object["metadata"]!["generation"]!.DeepClone(), ["replicas"] = wanted, ["updatedReplicas"] = wanted };
        if (rollout == Rollout.Done && wanted > 0)
        {
            status["readyReplicas"] = wanted;
            status["availableReplicas"] = wanted;
        }

        if (rollout == Rollout.Failed)
        {
            status["conditions"] = new JsonArray(new JsonObject { ["type"] = "Progressing", ["status"] = "False", ["reason"] = "ProgressDeadlineExceeded", ["message"] = "ReplicaSet has timed out progressing." });
        }

        Status(change, status);
    }

    private void Ready(StoreEvent change)
    {
        var ready = change.Kind.Kind != "ScaledObject" || Scales(change.Object);
        Status(change, new JsonObject
        {
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = ready ? "True" : "False", ["reason"] = ready ? "ScaledObjectReady" : "ScaledObjectCheckFailed", ["message"] = ready ? "ScaledObject is defined correctly and is ready for scaling" : "failed to ensure HPA is correctly created" }),
        });
    }

    private void Status(StoreEvent change, JsonObject status)
    {
        var metadata = change.Object["metadata"]!;
        try
        {
            store.Write(change.Kind, (string?)metadata["namespace"], (string)metadata["name"]!, dryRun: false, live =>
            {
                var next = (JsonObject)(live ?? throw ApiFailure.NotFound(change.Kind, (string)metadata["name"]!)).DeepClone();
                next["status"] = status;
                ServerSideApply.Update(change.Kind, live, next, "controller", "status", ObjectStore.Now());
                return next;
            });
        }
        catch (ApiFailure)
        {
            // It was deleted in the meantime.
        }
    }
}
