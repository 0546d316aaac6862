using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Applying;
using TrustedServe.Kubernetes.Cluster.Waiting;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Cluster.Looking;

/// <summary>Looks at a deployment; changes nothing.</summary>
public sealed class ClusterStatus(ClusterClient client, string deployment, string @namespace)
{
    // As many pods are asked at once; each has 5 s to answer.
    private const int AtOnce = 8;
    private const int MaxInstances = 1_000;

    /// <summary>How the deployment is now.</summary>
    /// <exception cref="TsfException">TSF7049: there is none of this name.</exception>
    public async Task<DeploymentStatus> ReadAsync(CancellationToken cancellationToken)
    {
        var store = new InventoryStore(client, DeploymentTarget.CheckedName(deployment), @namespace);
        var inventory = await store.ReadAsync(cancellationToken)
            ?? throw TsfErrors.DeploymentNotFound.With($"In the namespace {@namespace} of {client.Address} there is no {store.Object.Name}.");
        var objects = new List<ObjectStatus>();
        var workloads = new List<JsonObject>();
        var scalers = new List<ScalerStatus>();
        foreach (var entry in ApplyOrder.Sort(inventory.Objects, entry => entry.Object))
        {
            var live = await client.TryGetAsync(entry.Object, cancellationToken);
            objects.Add(Judge(entry, live));
            if (live is not null && entry.Object.Kind is "Deployment" or "ScaledJob")
            {
                workloads.Add(live!);
            }

            if (live is not null && entry.Object is { Group: "keda.sh", Kind: "ScaledObject" or "ScaledJob" })
            {
                scalers.Add(await new ScalerReader(client).ReadAsync(live, cancellationToken));
            }
        }

        var instances = await InstancesAsync(workloads, cancellationToken);
        var events = await EventsAsync(inventory, instances, cancellationToken);
        return new DeploymentStatus(deployment, @namespace, inventory.State, inventory.WrittenAt, inventory.Holder is null ? null : inventory.HeldUntil, objects, instances, scalers, events);
    }

    private ObjectStatus Judge(InventoryEntry entry, JsonObject? live)
    {
        if (live is null)
        {
            return new ObjectStatus(entry.Object, false, "missing");
        }

        if (!entry.IsShared && !Ownership.IsOurs(live, deployment))
        {
            return new ObjectStatus(entry.Object, false, "its labels do not say any more that it is this deployment's");
        }

        if (!ReadinessRules.Applies(entry.Object))
        {
            return new ObjectStatus(entry.Object, true, entry.IsShared ? "there, shared with others" : "there");
        }

        var readiness = ReadinessRules.Judge(entry.Object, live);
        return new ObjectStatus(entry.Object, readiness.Phase == ReadinessPhase.Ready, readiness.Text);
    }

    private async Task<IReadOnlyList<InstanceStatus>> InstancesAsync(List<JsonObject> workloads, CancellationToken cancellationToken)
    {
        var pods = new List<JsonObject>();
        foreach (var workload in workloads)
        {
            pods.AddRange(await PodReader.ListAsync(client, workload, cancellationToken));
        }

        // Discovery is asked once, not by every reader at the same time.
        await client.Discovery.FindAsync("v1", "Pod", cancellationToken);
        var reader = new InstanceReader(client);
        var instances = new InstanceStatus[Math.Min(pods.Count, MaxInstances)];
        await Parallel.ForAsync(0, instances.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (index, token) =>
            instances[index] = await reader.ReadAsync(pods[index], token));
        return [.. instances.OrderBy(instance => instance.Pod, StringComparer.Ordinal)];
    }

    private async Task<IReadOnlyList<EventLine>> EventsAsync(Inventory inventory, IReadOnlyList<InstanceStatus> instances, CancellationToken cancellationToken)
    {
        var namespaces = inventory.Objects.Select(entry => entry.Object.Namespace).OfType<string>().Distinct();
        var names = inventory.Objects.Select(entry => entry.Object.Name).Concat(instances.Select(instance => instance.Pod)).ToHashSet();
        var workloads = inventory.Objects.Where(entry => entry.Object.Kind is "Deployment" or "ScaledObject" or "ScaledJob").Select(entry => entry.Object.Name).ToList();
        var events = new List<EventLine>();
        foreach (var inside in namespaces)
        {
            // Pods that are gone, their replica sets and the autoscaler are named after what made them.
            events.AddRange(await new EventReader(client).ReadAsync(
                inside, name => names.Contains(name) || workloads.Any(workload => name.StartsWith(workload + "-", StringComparison.Ordinal) || name == $"keda-hpa-{workload}"), cancellationToken));
        }

        return [.. events.OrderBy(line => line.Time)];
    }
}
