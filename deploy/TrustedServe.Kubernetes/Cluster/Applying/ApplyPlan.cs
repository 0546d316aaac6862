using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Objects;
using TrustedServe.Kubernetes.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Cluster.Applying;

/// <summary>What is to be applied, in order, with what is there now; made and checked before anything is changed.</summary>
internal sealed class ApplyPlan
{
    private ApplyPlan(string @namespace, IReadOnlyList<PlannedObject> objects)
    {
        Namespace = @namespace;
        Objects = objects;
    }

    /// <summary>Where the inventory lies.</summary>
    public string Namespace { get; }

    /// <summary>The objects in the order of applying.</summary>
    public IReadOnlyList<PlannedObject> Objects { get; }

    /// <summary>The Namespace object of the inventory, when it is among the objects.</summary>
    public PlannedObject? OwnNamespace => Objects.FirstOrDefault(item => item.Object is { ApiVersion: "v1", Kind: "Namespace" } && item.Object.Name == Namespace);

    /// <summary>The entries of the inventory once everything is applied.</summary>
    public IEnumerable<InventoryEntry> Entries => Objects.Select(item => new InventoryEntry(item.Object, item.IsShared));

    /// <summary>
    /// Looks up every kind and every object, and decides whose each is. What cannot be applied has the outcome <see cref="ObjectOutcome.Failed"/>.
    /// </summary>
    public static async Task<ApplyPlan> CreateAsync(ClusterClient client, ApplyOptions options, IReadOnlyList<Manifest> manifests, CancellationToken cancellationToken)
    {
        DeploymentTarget.CheckedName(options.Deployment);
        var @namespace = DeploymentTarget.Namespace(options.Namespace, manifests, client);
        var objects = new List<PlannedObject>();
        foreach (var manifest in manifests)
        {
            objects.Add(await PlanAsync(client, options, manifest, @namespace, cancellationToken));
        }

        foreach (var twice in objects.GroupBy(item => item.Object.Identity).Where(group => group.Count() > 1).SelectMany(group => group.Skip(1)))
        {
            twice.End(ObjectOutcome.Failed, $"{TsfErrors.Usage.Code} the manifests hold it twice");
        }

        return new ApplyPlan(@namespace, ApplyOrder.Sort(objects, item => item.Object));
    }

    /// <summary>Asks the cluster to check every object as if it were applied; failures are outcomes.</summary>
    public async Task DryRunAsync(ClusterClient client, bool force, CancellationToken cancellationToken)
    {
        foreach (var item in Objects.Where(item => item.Outcome == ObjectOutcome.NotReached))
        {
            // An object cannot be checked in a namespace that is made first.
            if (item.Before is null && item.Object.Namespace is { } inside && Objects.Any(other => other is { Before: null, Object: { Kind: "Namespace", ApiVersion: "v1" } } && other.Object.Name == inside))
            {
                continue;
            }

            var answer = await client.Requests.ApplyAsync(item.Path, item.Content, force, dryRun: true, cancellationToken);
            if (!answer.IsSuccess)
            {
                Fail(item, answer.ToException("Refused by the cluster's check"));
            }
            else
            {
                item.After = answer.Body;
            }
        }
    }

    /// <summary>Says of an object that it failed.</summary>
    public static void Fail(PlannedObject item, TsfException exception) => item.End(ObjectOutcome.Failed, $"{exception.Code} {exception.Message}");

    private static async Task<PlannedObject> PlanAsync(ClusterClient client, ApplyOptions options, Manifest manifest, string @namespace, CancellationToken cancellationToken)
    {
        var type = await client.Discovery.TryFindAsync(manifest.ApiVersion, manifest.Kind, cancellationToken);
        var content = (JsonObject)manifest.Content.DeepClone();
        var reference = ObjectReference.Of(manifest) with { Namespace = type is { IsNamespaced: false } ? null : manifest.Namespace ?? @namespace };
        var item = new PlannedObject(reference, content);
        if (type is null)
        {
            Fail(item, TsfErrors.UnknownKind.With($"The cluster does not serve {Printable.Line(manifest.Kind, 63)} of {Printable.Line(manifest.ApiVersion, 100)}."));
            return item;
        }

        item.Type = type;
        content.Remove("status");
        var metadata = Field.Child(content, "metadata");
        foreach (var name in (string[])["managedFields", "resourceVersion", "uid", "creationTimestamp", "generation"])
        {
            metadata.Remove(name);
        }

        if (reference.Namespace is null)
        {
            metadata.Remove("namespace");
        }
        else
        {
            metadata["namespace"] = reference.Namespace;
        }

        item.Before = await client.GetAsync(reference, cancellationToken);
        Claim(item, options);
        return item;
    }

    private static void Claim(PlannedObject item, ApplyOptions options)
    {
        if (item.Before is null || Ownership.IsOurs(item.Before, options.Deployment) || (options.Adopt && item.Type.IsNamespaced))
        {
            Ownership.Stamp(item.Content, options.Deployment);
            return;
        }

        if (!item.Type.IsNamespaced)
        {
            // A namespace or runtime class that was there before serves others too: our fields go in, our name does not.
            item.IsShared = true;
            if (Field.At(item.Content, "metadata", "labels") is JsonObject labels)
            {
                labels.Remove(Ownership.ManagedByLabel);
                labels.Remove(Ownership.DeploymentLabel);
            }

            return;
        }

        var other = Field.Text(item.Before, "metadata", "labels", Ownership.DeploymentLabel);
        Fail(item, TsfErrors.ForeignObject.With(other is null
            ? $"It exists without the labels {Ownership.Selector(options.Deployment)}."
            : $"It exists as a part of the deployment {Printable.Line(other, 63)}."));
    }
}
