using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Api;
using TrustedServe.Kubernetes.Cluster.Objects;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Cluster.Removal;

/// <summary>
/// Removes an object for pruning, rolling back and destroying, under the same rules.
/// 1. Only what the labels of the live object say is this deployment's.
/// 2. Never a volume claim: data that somebody may need.
/// 3. A namespace only when nothing of others is in it, which is asked of every kind that the cluster has.
/// 4. Only the object that was looked at (uid), and waited for until it and what it owns are gone.
/// </summary>
internal sealed class ObjectRemoval(ClusterClient client, string deployment)
{
    /// <summary>Removes; a token that fires while waiting makes it stuck, with the finalizers that hold it.</summary>
    public async Task<RemovalResult> RemoveAsync(ObjectReference reference, CancellationToken cancellationToken)
    {
        JsonObject? live = null;
        try
        {
            if (await client.Discovery.TryFindAsync(reference.ApiVersion, reference.Kind, cancellationToken) is not { } type)
            {
                return RemovalResult.Gone; // a kind that was uninstalled took its objects along
            }

            live = await client.GetAsync(reference, cancellationToken);
            if (live is null)
            {
                return RemovalResult.Gone;
            }

            if (await ReasonToKeepAsync(reference, live, cancellationToken) is { } reason)
            {
                return RemovalResult.Kept(reason);
            }

            var answer = await client.Requests.DeleteAsync(type.Path(reference.Namespace, reference.Name), Field.Text(live, "metadata", "uid") ?? "", cancellationToken);
            if (answer.IsNotFound)
            {
                return RemovalResult.Gone;
            }

            if (!answer.IsSuccess)
            {
                return RemovalResult.Stuck(answer.ToException("Deleting it").Message);
            }

            await foreach (var state in new ObjectWatch(client.Requests, client.Time).FollowAsync(type, reference.Namespace, reference.Name, cancellationToken))
            {
                if (state is null || Field.Text(state, "metadata", "uid") != Field.Text(live, "metadata", "uid"))
                {
                    return RemovalResult.Gone;
                }

                live = state;
            }
        }
        catch (TsfException exception)
        {
            return RemovalResult.Stuck(exception.Message);
        }
        catch (OperationCanceledException)
        {
            return RemovalResult.Stuck(Holding(live));
        }

        return RemovalResult.Stuck(Holding(live));
    }

    private static string Holding(JsonObject? live)
    {
        if (Field.Text(live, "metadata", "deletionTimestamp") is null)
        {
            return "the time was over before it was deleted";
        }

        var finalizers = Field.Texts(live, "metadata", "finalizers").Select(name => Printable.Line(name, 100)).ToList();
        var remaining = Field.Condition(live, "NamespaceContentRemaining").Explanation;
        return finalizers.Count > 0 ? $"it is being deleted, but these finalizers hold it: {string.Join(", ", finalizers)}"
            : remaining.Length > 0 ? $"it is being deleted: {remaining}"
            : "it is being deleted and not gone yet";
    }

    private async Task<string?> ReasonToKeepAsync(ObjectReference reference, JsonObject live, CancellationToken cancellationToken)
    {
        if (!Ownership.IsOurs(live, deployment))
        {
            return "its labels do not say that it is this deployment's";
        }

        if (reference.Kind == "PersistentVolumeClaim")
        {
            return "volume claims are never deleted: they hold data";
        }

        if (reference is not { Kind: "Namespace", ApiVersion: "v1" })
        {
            return null;
        }

        try
        {
            return await ForeignContentAsync(reference.Name, cancellationToken) is { } foreign ? $"it holds what is not this deployment's: {foreign}" : null;
        }
        catch (TsfException exception)
        {
            return $"it cannot be told whether it holds something of others: {exception.Message}";
        }
    }

    private async Task<string?> ForeignContentAsync(string @namespace, CancellationToken cancellationToken)
    {
        var present = new HashSet<string>();
        var owned = new List<(string Name, string Owner)>();
        foreach (var type in await client.Discovery.NamespacedAsync(cancellationToken))
        {
            // Events and metrics come by themselves and go by themselves.
            if (type is { Kind: "Event" or "PodMetrics" })
            {
                continue;
            }

            foreach (var item in await client.ListAsync(type, @namespace, "", cancellationToken))
            {
                var name = $"{type.Kind}/{Printable.Line(Field.Text(item, "metadata", "name"), 253)}";
                present.Add(Field.Text(item, "metadata", "uid") ?? "");
                if (Ownership.IsOurs(item, deployment) || ComesByItself(type.Kind, item))
                {
                    continue;
                }

                var owners = Field.Objects(item, "metadata", "ownerReferences").Select(owner => Field.Text(owner, "uid") ?? "").ToList();
                if (owners.Count == 0)
                {
                    return name;
                }

                owned.AddRange(owners.Select(owner => (name, owner)));
            }
        }

        // What a controller made is as foreign as its owner, which was looked at if it lives here.
        return owned.FirstOrDefault(item => !present.Contains(item.Owner)).Name;
    }

    // What every namespace gets from the cluster.
    private static bool ComesByItself(string kind, JsonObject item) =>
        kind is "Endpoints" or "EndpointSlice"
        || (kind, Field.Text(item, "metadata", "name")) is ("ServiceAccount", "default") or ("ConfigMap", "kube-root-ca.crt")
        || (kind == "Secret" && Field.Text(item, "type") == "kubernetes.io/service-account-token");
}
