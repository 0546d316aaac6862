using TrustedServe.Kubernetes.Cluster.Differences;
using TrustedServe.Kubernetes.Cluster.Removal;
using TrustedServe.Kubernetes.Cluster.Waiting;
using TrustedServe.Kubernetes.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Cluster.Applying;

/// <summary>Puts manifests into a cluster, whole or not at all.</summary>
/// <remarks>
/// 1. Every kind and every object is looked up, and whose it is; the cluster checks every object without changing it. Whatever fails here
///    is told of all objects at once, and nothing was changed.
/// 2. The inventory takes the deployment: it lists old and new objects, so that no later step can lose one.
/// 3. Objects are applied in the order in which they need each other.
/// 4. What becomes ready is waited for.
/// 5. What is rendered no more is deleted, only now and only if it is ours.
/// 6. The inventory lets go.
/// A failure in 3 or 4 is rolled back; a failure in 5 is told and leaves the new state, which is whole but for what is left over.
/// </remarks>
public sealed class ClusterApply(ClusterClient client, ApplyOptions options, IProgress<ApplyProgress>? progress = null)
{
    /// <summary>Applies.</summary>
    /// <returns>What became of every object, also when it failed or the caller left.</returns>
    /// <exception cref="TsfException">Nothing could be begun: the cluster does not answer, or another apply is at work.</exception>
    public async Task<ApplyReport> RunAsync(IReadOnlyList<Manifest> manifests, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(options.Timeout, client.Time, cancellationToken);
        client.Requests.Retrying = (reason, pause) => progress?.Report(new ApplyProgress(null, $"asked again in {pause.TotalSeconds:0.0} s: {reason}"));

        // 1.
        ApplyPlan plan;
        InventoryStore store;
        Inventory? before;
        try
        {
            plan = await ApplyPlan.CreateAsync(client, options, manifests, deadline.Token);
            store = new InventoryStore(client, options.Deployment, plan.Namespace);
            before = plan.OwnNamespace is { Before: null } ? null : await store.ReadAsync(deadline.Token);
            InventoryStore.RefuseHeld(before, client.Time.GetUtcNow());
            await plan.DryRunAsync(client, options.ForceConflicts, deadline.Token);
        }
        catch (OperationCanceledException exception) when (deadline.IsOver)
        {
            throw TsfErrors.ClusterUnreachable.With($"Within {options.Timeout.TotalSeconds:0} s not even the checks were done; nothing was changed.", exception);
        }

        if (plan.Objects.Any(item => item.Outcome == ObjectOutcome.Failed))
        {
            return Report(plan, [], TsfErrors.ApplyIncomplete.With("Some objects cannot be applied; nothing was changed."));
        }

        if (before is { State: InventoryState.Applying })
        {
            progress?.Report(new ApplyProgress(null, "an earlier apply was cut off; what was before it is not known any more, and a failure of this one goes back to what it left"));
        }

        // 2. to 4.
        Inventory? taken = null;
        var failure = await FailureOfAsync(async () =>
        {
            if (plan.OwnNamespace is { } own)
            {
                await ApplyAsync(own, deadline.Token);
            }

            var old = before?.Objects ?? [];
            var all = plan.Entries.Concat(old.Where(entry => plan.Objects.All(item => item.Object.Identity != entry.Object.Identity)));
            taken = await store.TakeAsync(before, InventoryState.Applying, [.. all], options.Timeout + options.RollBackTimeout + TimeSpan.FromMinutes(1), deadline.Token);
            foreach (var item in plan.Objects.Where(item => item != plan.OwnNamespace))
            {
                await ApplyAsync(item, deadline.Token);
            }

            if (options.Wait)
            {
                await WaitAsync(plan, deadline.Token);
            }
        }, deadline, cancellationToken);
        if (failure is not null)
        {
            return await FailAsync(plan, store, before, taken, failure);
        }

        // 5. and 6.
        var (pruned, kept) = options.Prune ? await PruneAsync(plan, before, deadline.Token) : ([], []);
        var left = pruned.Where(item => item.Outcome == ObjectOutcome.Failed).ToList();
        failure = left.Count > 0 ? TsfErrors.ApplyIncomplete.With($"Everything is applied, but {left.Count} of what is rendered no more could not be deleted.") : null;
        failure = await FailureOfAsync(() => store.ReleaseAsync(taken!, InventoryState.Applied, [.. plan.Entries, .. kept], CancellationToken.None), deadline, cancellationToken) ?? failure;
        return Report(plan, pruned, failure);
    }

    private async Task ApplyAsync(PlannedObject item, CancellationToken cancellationToken)
    {
        item.IsTouched = true;
        try
        {
            var answer = await client.Requests.ApplyAsync(item.Path, item.Content, options.ForceConflicts, dryRun: false, cancellationToken);
            item.After = answer.OrThrow($"Applying {item.Object}");
        }
        catch (TsfException exception)
        {
            ApplyPlan.Fail(item, exception);
            throw;
        }
        catch (OperationCanceledException)
        {
            item.End(ObjectOutcome.Failed, "it was not answered in time");
            throw;
        }

        item.End(item.Before is null ? ObjectOutcome.Created : FieldComparer.Compare(item.Before, item.After).Count == 0 ? ObjectOutcome.Unchanged : ObjectOutcome.Configured);
        progress?.Report(new ApplyProgress(item.Object, item.Outcome.ToString().ToLowerInvariant()));
    }

    private async Task WaitAsync(ApplyPlan plan, CancellationToken cancellationToken)
    {
        var waiter = new ReadyWaiter(client, progress);
        foreach (var item in plan.Objects.Where(item => ReadinessRules.Applies(item.Object)))
        {
            if (await waiter.WaitAsync(item.Object, cancellationToken) is { } reason)
            {
                item.End(ObjectOutcome.Failed, reason);
                cancellationToken.ThrowIfCancellationRequested();
                throw TsfErrors.ApplyIncomplete.With($"{item.Object} did not become ready: {reason}.");
            }
        }
    }

    private async Task<ApplyReport> FailAsync(ApplyPlan plan, InventoryStore store, Inventory? before, Inventory? taken, TsfException failure)
    {
        using var limit = new CancellationTokenSource(options.RollBackTimeout, client.Time);
        if (options.RollBack)
        {
            progress?.Report(new ApplyProgress(null, "rolling back"));
            await new RollBack(client, options.Deployment, progress).RunAsync(plan.Objects, limit.Token);
        }

        var whole = options.RollBack && plan.Objects.All(item => item.Outcome is ObjectOutcome.RolledBack or ObjectOutcome.Unchanged or ObjectOutcome.NotReached);
        if (taken is not null && plan.OwnNamespace is not { Before: null, Outcome: ObjectOutcome.RolledBack })
        {
            try
            {
                if (whole && before is null)
                {
                    await new ObjectRemoval(client, options.Deployment).RemoveAsync(store.Object, limit.Token);
                }
                else
                {
                    await store.ReleaseAsync(taken, whole ? InventoryState.RolledBack : InventoryState.Failed, whole ? before!.Objects : taken.Objects, limit.Token);
                }
            }
            catch (Exception exception) when (exception is TsfException or OperationCanceledException)
            {
                progress?.Report(new ApplyProgress(store.Object, $"could not be written: {Printable.Line(exception.Message)}"));
            }
        }

        return Report(plan, [], failure);
    }

    private async Task<(List<ObjectResult> Results, List<InventoryEntry> Kept)> PruneAsync(ApplyPlan plan, Inventory? before, CancellationToken cancellationToken)
    {
        var rendered = plan.Objects.Select(item => item.Object.Identity).ToHashSet();
        var gone = ApplyOrder.Sort((before?.Objects ?? []).Where(entry => !entry.IsShared && !rendered.Contains(entry.Object.Identity)), entry => entry.Object);
        var results = new List<ObjectResult>();
        var kept = new List<InventoryEntry>();
        foreach (var entry in gone.Reverse())
        {
            var removal = await new ObjectRemoval(client, options.Deployment).RemoveAsync(entry.Object, cancellationToken);
            var outcome = removal.Kind switch { RemovalKind.Gone => ObjectOutcome.Pruned, RemovalKind.Kept => ObjectOutcome.Kept, _ => ObjectOutcome.Failed };
            results.Add(new ObjectResult(entry.Object, outcome, removal.Detail));
            progress?.Report(new ApplyProgress(entry.Object, removal.Detail ?? "pruned"));
            if (outcome != ObjectOutcome.Pruned)
            {
                kept.Add(entry);
            }
        }

        return (results, kept);
    }

    private async Task<TsfException?> FailureOfAsync(Func<Task> work, Deadline deadline, CancellationToken cancellationToken)
    {
        try
        {
            await work();
            return null;
        }
        catch (TsfException exception)
        {
            return exception;
        }
        catch (OperationCanceledException exception)
        {
            return cancellationToken.IsCancellationRequested
                ? TsfErrors.ApplyIncomplete.With("It was interrupted.", exception)
                : TsfErrors.ApplyIncomplete.With($"It was not done within {deadline.Length.TotalSeconds:0} s.", exception);
        }
    }

    private ApplyReport Report(ApplyPlan plan, IReadOnlyList<ObjectResult> pruned, TsfException? failure) =>
        new(options.Deployment, plan.Namespace, [.. plan.Objects.Select(item => item.ToResult()), .. pruned], failure);
}
