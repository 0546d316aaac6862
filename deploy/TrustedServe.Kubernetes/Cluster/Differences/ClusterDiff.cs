using TrustedServe.Kubernetes.Cluster.Applying;
using TrustedServe.Kubernetes.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Cluster.Differences;

/// <summary>Tells what an apply would change, as the cluster itself computes it, and changes nothing.</summary>
public sealed class ClusterDiff(ClusterClient client, ApplyOptions options)
{
    /// <summary>Compares.</summary>
    /// <exception cref="TsfException">The cluster does not answer.</exception>
    public async Task<IReadOnlyList<ObjectDifference>> RunAsync(IReadOnlyList<Manifest> manifests, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(options.Timeout, client.Time, cancellationToken);
        try
        {
            var plan = await ApplyPlan.CreateAsync(client, options, manifests, deadline.Token);
            await plan.DryRunAsync(client, options.ForceConflicts, deadline.Token);
            var differences = plan.Objects.Select(Difference).ToList();
            if (options.Prune && await new InventoryStore(client, options.Deployment, plan.Namespace).ReadAsync(deadline.Token) is { } inventory)
            {
                foreach (var entry in inventory.Objects.Where(entry => !entry.IsShared && plan.Objects.All(item => item.Object.Identity != entry.Object.Identity)))
                {
                    if (await client.TryGetAsync(entry.Object, deadline.Token) is { } live && Ownership.IsOurs(live, options.Deployment) && entry.Object.Kind != "PersistentVolumeClaim")
                    {
                        differences.Add(new ObjectDifference(entry.Object, DifferenceKind.Prune, []));
                    }
                }
            }

            return differences;
        }
        catch (OperationCanceledException exception) when (deadline.IsOver)
        {
            throw TsfErrors.ClusterUnreachable.With($"The comparison was not done within {options.Timeout.TotalSeconds:0} s.", exception);
        }
    }

    private static ObjectDifference Difference(PlannedObject item)
    {
        if (item.Outcome == ObjectOutcome.Failed)
        {
            return new ObjectDifference(item.Object, DifferenceKind.Refuse, [], item.ToResult().Detail);
        }

        var changes = FieldComparer.Compare(item.Before, item.After ?? item.Content);
        var detail = item.After is null ? "not checked by the cluster: its namespace is made first" : null;
        return new ObjectDifference(item.Object, item.Before is null ? DifferenceKind.Create : changes.Count == 0 ? DifferenceKind.None : DifferenceKind.Change, changes, detail);
    }
}
