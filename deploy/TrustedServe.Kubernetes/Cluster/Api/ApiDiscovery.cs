using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using TrustedServe.Kubernetes.Cluster.Objects;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Cluster.Api;

/// <summary>Asks the cluster which kinds it has and what they are called in paths; plural names are never guessed.</summary>
internal sealed partial class ApiDiscovery(ApiRequests requests)
{
    private const int MaxGroups = 500;

    private readonly Dictionary<string, IReadOnlyList<ResourceType>?> known = [];

    /// <summary>The type of a kind.</summary>
    /// <exception cref="TsfException">TSF7045: the cluster does not have it.</exception>
    public async Task<ResourceType> FindAsync(string apiVersion, string kind, CancellationToken cancellationToken) =>
        await TryFindAsync(apiVersion, kind, cancellationToken)
        ?? throw TsfErrors.UnknownKind.With($"The cluster does not serve {kind} of {Printable.Line(apiVersion, 100)}.");

    /// <summary>The type of a kind, or null when the cluster does not have it.</summary>
    public async Task<ResourceType?> TryFindAsync(string apiVersion, string kind, CancellationToken cancellationToken) =>
        GroupVersion().IsMatch(apiVersion) ? (await TypesAsync(apiVersion, cancellationToken))?.FirstOrDefault(type => type.Kind == kind) : null;

    /// <summary>Every kind whose objects live in namespaces and can be listed, each in its group's preferred version.</summary>
    /// <exception cref="TsfException">TSF7040, TSF7041: a part of the list cannot be had, so that it would not be whole.</exception>
    public async Task<IReadOnlyList<ResourceType>> NamespacedAsync(CancellationToken cancellationToken)
    {
        var groups = (await requests.GetAsync("apis", cancellationToken)).OrThrow("The list of API groups");
        var versions = new List<string> { "v1" };
        versions.AddRange(Field.Objects(groups, "groups").Take(MaxGroups).Select(group => Field.Text(group, "preferredVersion", "groupVersion")).OfType<string>().Where(version => GroupVersion().IsMatch(version)));
        var types = new List<ResourceType>();
        foreach (var version in versions)
        {
            types.AddRange((await TypesAsync(version, cancellationToken) ?? []).Where(type => type is { IsNamespaced: true, IsListable: true }));
        }

        return types;
    }

    private async Task<IReadOnlyList<ResourceType>?> TypesAsync(string apiVersion, CancellationToken cancellationToken)
    {
        if (!known.TryGetValue(apiVersion, out var types))
        {
            var answer = await requests.GetAsync(ResourceType.Root(apiVersion), cancellationToken);
            known[apiVersion] = types = answer.IsNotFound ? null : [.. Field.Objects(answer.OrThrow($"The kinds of {apiVersion}"), "resources").Select(entry => Read(apiVersion, entry)).OfType<ResourceType>()];
        }

        return types;
    }

    private static ResourceType? Read(string apiVersion, JsonObject entry) =>
        Field.Text(entry, "name") is { } plural && Plural().IsMatch(plural) && Field.Text(entry, "kind") is { } kind
            ? new ResourceType(apiVersion, kind, plural, Field.IsTrue(entry, "namespaced"), Field.Texts(entry, "verbs").Contains("list"))
            : null; // a subresource, whose name has a slash

    [GeneratedRegex("^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?v[a-z0-9]{1,20}$", RegexOptions.CultureInvariant)]
    private static partial Regex GroupVersion();

    [GeneratedRegex("^[a-z0-9][-a-z0-9.]{0,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex Plural();
}
