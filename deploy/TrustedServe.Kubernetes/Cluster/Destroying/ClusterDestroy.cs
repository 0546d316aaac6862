using TrustedServe.Kubernetes.Cluster.Applying;
using TrustedServe.Kubernetes.Cluster.Objects;
using TrustedServe.Kubernetes.Cluster.Removal;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Cluster.Destroying;

/// <summary>
/// Removes a deployment: everything that its inventory lists and that its labels say is its own, in reverse order, one after the other,
/// each waited for. The inventory goes last, and only when nothing is left that it should remember.
/// </summary>
public sealed class ClusterDestroy(ClusterClient client, DestroyOptions options, IProgress<ApplyProgress>? progress = null)
{
    /// <summary>What would be removed, in order; nothing is changed.</summary>
    /// <exception cref="TsfException">TSF7049: there is no such deployment.</exception>
    public async Task<IReadOnlyList<ObjectReference>> PlanAsync(CancellationToken cancellationToken) =>
        [.. Order(await InventoryAsync(cancellationToken)).Select(entry => entry.Object)];

    /// <summary>Removes.</summary>
    /// <exception cref="TsfException">TSF7049: there is no such deployment. TSF7047: somebody is changing it.</exception>
    public async Task<ApplyReport> RunAsync(CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(options.Timeout, client.Time, cancellationToken);
        client.Requests.Retrying = (reason, pause) => progress?.Report(new ApplyProgress(null, $"asked again in {pause.TotalSeconds:0.0} s: {reason}"));
        var results = new List<ObjectResult>();
        try
        {
            var inventory = await InventoryAsync(deadline.Token);
            var taken = await Store.TakeAsync(inventory, InventoryState.Destroying, inventory.Objects, options.Timeout + TimeSpan.FromMinutes(1), deadline.Token);
            var left = new List<InventoryEntry>();
            var removal = new ObjectRemoval(client, options.Deployment);

            // The namespace holds the inventory, so it is the last one even where that is not its place.
            foreach (var entry in Order(inventory).OrderBy(entry => IsOwnNamespace(entry.Object)))
            {
                if (IsOwnNamespace(entry.Object) && left.Count > 0)
                {
                    left.Add(entry);
                    results.Add(new ObjectResult(entry.Object, ObjectOutcome.NotReached, "what is left of the deployment is in it"));
                    continue;
                }

                var result = await removal.RemoveAsync(entry.Object, deadline.Token);
                results.Add(new ObjectResult(entry.Object, result.Kind switch { RemovalKind.Gone => ObjectOutcome.Pruned, RemovalKind.Kept => ObjectOutcome.Kept, _ => ObjectOutcome.Failed }, result.Detail));
                progress?.Report(new ApplyProgress(entry.Object, result.Detail ?? "gone"));
                if (result.Kind == RemovalKind.Stuck)
                {
                    left.Add(entry);
                }
            }

            results.AddRange(inventory.Objects.Where(entry => entry.IsShared).Select(entry => new ObjectResult(entry.Object, ObjectOutcome.Kept, "it was there before this deployment and may serve others")));
            await EndAsync(taken, left, results);
        }
        catch (OperationCanceledException exception) when (deadline.IsOver)
        {
            throw TsfErrors.DestroyIncomplete.With($"Nothing could be removed within {options.Timeout.TotalSeconds:0} s.", exception);
        }

        return new ApplyReport(options.Deployment, options.Namespace, results, results.Any(item => item.Outcome is ObjectOutcome.Failed or ObjectOutcome.NotReached)
            ? TsfErrors.DestroyIncomplete.With($"{results.Count(item => item.Outcome is ObjectOutcome.Failed or ObjectOutcome.NotReached)} of {results.Count} objects are still there.")
            : null);
    }

    private InventoryStore Store => field ??= new InventoryStore(client, options.Deployment, options.Namespace);

    private bool IsOwnNamespace(ObjectReference reference) => reference is { ApiVersion: "v1", Kind: "Namespace" } && reference.Name == options.Namespace;

    private static IReadOnlyList<InventoryEntry> Order(Inventory inventory) =>
        [.. ApplyOrder.Sort(inventory.Objects.Where(entry => !entry.IsShared), entry => entry.Object).Reverse()];

    private async Task<Inventory> InventoryAsync(CancellationToken cancellationToken) => await Store.ReadAsync(cancellationToken)
        ?? throw TsfErrors.DeploymentNotFound.With($"In the namespace {options.Namespace} of {client.Address} there is no {Store.Object.Name}.");

    private async Task EndAsync(Inventory taken, List<InventoryEntry> left, List<ObjectResult> results)
    {
        if (results.Any(item => IsOwnNamespace(item.Object) && item.Outcome == ObjectOutcome.Pruned))
        {
            return; // it went with its namespace
        }

        // The time of the whole may be over, and that something is left must be written nevertheless.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), client.Time);
        try
        {
            if (left.Count > 0)
            {
                await Store.ReleaseAsync(taken, InventoryState.Destroying, left, limit.Token);
            }
            else if (await new ObjectRemoval(client, options.Deployment).RemoveAsync(Store.Object, limit.Token) is { Kind: not RemovalKind.Gone } result)
            {
                results.Add(new ObjectResult(Store.Object, ObjectOutcome.Failed, result.Detail));
            }
        }
        catch (Exception exception) when (exception is TsfException or OperationCanceledException)
        {
            results.Add(new ObjectResult(Store.Object, ObjectOutcome.Failed, Printable.Line(exception.Message)));
        }
    }
}
