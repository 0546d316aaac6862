using TrustedServe.Kubernetes.Cluster.Differences;
using TrustedServe.Kubernetes.Cluster.Removal;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Cluster.Applying;

/// <summary>
/// Brings back what was before, in reverse order: what was created is deleted, of what was changed the fields that were applied last are
/// applied again. Then each is looked at: only what really is as before counts as rolled back.
/// </summary>
internal sealed class RollBack(ClusterClient client, string deployment, IProgress<ApplyProgress>? progress)
{
    /// <summary>Rolls back everything that was touched.</summary>
    public async Task RunAsync(IEnumerable<PlannedObject> objects, CancellationToken cancellationToken)
    {
        foreach (var item in objects.Where(item => item.IsTouched).Reverse())
        {
            try
            {
                var (outcome, detail) = item.Before is null ? await DeleteAsync(item, cancellationToken) : await RestoreAsync(item, cancellationToken);
                item.End(outcome, detail);
            }
            catch (TsfException exception)
            {
                item.End(ObjectOutcome.NotRolledBack, $"{exception.Code} {exception.Message}");
            }
            catch (OperationCanceledException)
            {
                item.End(ObjectOutcome.NotRolledBack, "the time for rolling back was over");
            }

            progress?.Report(new ApplyProgress(item.Object, item.Outcome == ObjectOutcome.RolledBack ? "rolled back" : $"not rolled back: {item.Detail}"));
        }
    }

    private async Task<(ObjectOutcome, string)> DeleteAsync(PlannedObject item, CancellationToken cancellationToken)
    {
        if (await client.GetAsync(item.Object, cancellationToken) is null)
        {
            return (ObjectOutcome.RolledBack, "nothing of it is there");
        }

        var result = await new ObjectRemoval(client, deployment).RemoveAsync(item.Object, cancellationToken);
        return result.Kind == RemovalKind.Gone ? (ObjectOutcome.RolledBack, "deleted again") : (ObjectOutcome.NotRolledBack, $"it was created and is still there: {result.Detail}");
    }

    private async Task<(ObjectOutcome, string?)> RestoreAsync(PlannedObject item, CancellationToken cancellationToken)
    {
        if (item.Outcome == ObjectOutcome.Unchanged)
        {
            return (ObjectOutcome.Unchanged, null);
        }

        var now = await client.GetAsync(item.Object, cancellationToken);
        var forward = FieldComparer.Compare(item.Before, now);
        if (forward.Count == 0)
        {
            return (ObjectOutcome.RolledBack, "nothing of it had changed");
        }

        var previous = AppliedFields.Extract(item.Object, item.Before!);
        var after = (await client.Requests.ApplyAsync(item.Path, previous, force: true, dryRun: false, cancellationToken)).OrThrow("Applying again what was before");

        // What controllers changed in the meantime is not ours to bring back: of what differs still, only what this run changed counts.
        var changed = FieldComparer.Compare(item.Before, item.After ?? now).Select(change => change.Path).ToHashSet();
        var left = FieldComparer.Compare(item.Before, after).Where(change => changed.Contains(change.Path)).Select(change => change.Path).ToList();
        return left.Count == 0
            ? (ObjectOutcome.RolledBack, "as it was before")
            : (ObjectOutcome.NotRolledBack, $"all but {string.Join(", ", left.Take(10))}{(left.Count > 10 ? $" and {left.Count - 10} more" : "")}, which was not ours before");
    }
}
