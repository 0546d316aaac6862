using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Api;
using TrustedServe.Kubernetes.Cluster.Objects;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Cluster;

/// <summary>A cluster: objects of any kind by what its own discovery says of them.</summary>
public sealed class ClusterClient : IDisposable
{
    // A page stays below the largest answer even when every object has the greatest size.
    private const int PageSize = 20;
    private const int MaxItems = 5_000;

    private readonly ClusterConnection connection;

    private ClusterClient(ClusterConnection connection, ClusterOptions options, TimeProvider time)
    {
        this.connection = connection;
        Time = time;
        Requests = new ApiRequests(connection, options, time);
        Discovery = new ApiDiscovery(Requests);
    }

    /// <summary>The namespace of the kubeconfig's context; null when it names none.</summary>
    public string? DefaultNamespace => connection.DefaultNamespace;

    /// <summary>The API server.</summary>
    public Uri Address => connection.Address;

    /// <summary>The clock of every wait.</summary>
    internal TimeProvider Time { get; }

    /// <summary>The requests.</summary>
    internal ApiRequests Requests { get; }

    /// <summary>Which kinds there are.</summary>
    internal ApiDiscovery Discovery { get; }

    /// <summary>Reads address and credentials; nothing is sent yet.</summary>
    /// <exception cref="TsfException">TSF7042: they cannot be used.</exception>
    public static ClusterClient Open(ClusterOptions options, TimeProvider time) => new(ClusterConnection.Open(options), options, time);

    /// <summary>The object, or null when there is none.</summary>
    internal async Task<JsonObject?> GetAsync(ObjectReference reference, CancellationToken cancellationToken)
    {
        var type = await Discovery.FindAsync(reference.ApiVersion, reference.Kind, cancellationToken);
        return await GetAsync(type, reference.Namespace, reference.Name, cancellationToken);
    }

    /// <summary>The object, or null when there is none or the cluster does not have its kind.</summary>
    internal async Task<JsonObject?> TryGetAsync(ObjectReference reference, CancellationToken cancellationToken) =>
        await Discovery.TryFindAsync(reference.ApiVersion, reference.Kind, cancellationToken) is { } type
            ? await GetAsync(type, reference.Namespace, reference.Name, cancellationToken)
            : null;

    /// <summary>Objects of a kind, page by page; <paramref name="query"/> holds selectors.</summary>
    /// <exception cref="TsfException">TSF7040: more than can be looked at.</exception>
    internal async Task<IReadOnlyList<JsonObject>> ListAsync(ResourceType type, string? @namespace, string query, CancellationToken cancellationToken)
    {
        var items = new List<JsonObject>();
        for (string? next = ""; next is not null;)
        {
            var page = (await Requests.GetAsync($"{type.Path(@namespace)}?limit={PageSize}{query}{next}", cancellationToken)).OrThrow($"Listing {type.Plural}");
            items.AddRange(Field.Objects(page, "items"));
            if (items.Count > MaxItems)
            {
                throw TsfErrors.ClusterUnreachable.With($"The cluster lists more than {MaxItems} {type.Plural}.");
            }

            next = Field.Text(page, "metadata", "continue") is { Length: > 0 } token ? $"&continue={Uri.EscapeDataString(token)}" : null;
        }

        return items;
    }

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    private async Task<JsonObject?> GetAsync(ResourceType type, string? @namespace, string name, CancellationToken cancellationToken)
    {
        var answer = await Requests.GetAsync(type.Path(@namespace, name), cancellationToken);
        return answer.IsNotFound ? null : answer.OrThrow($"Reading {type.Kind}/{name}");
    }
}
