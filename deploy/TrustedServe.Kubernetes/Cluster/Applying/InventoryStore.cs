using System.Text.Json;
using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Objects;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Kubernetes.Cluster.Applying;

/// <summary>
/// Keeps the inventory. It is also the lock: whoever writes it names the version that he read, so of two who begin at once one is refused.
/// </summary>
internal sealed class InventoryStore(ClusterClient client, string deployment, string @namespace)
{
    private const string Key = "inventory.json";
    private const int MaxLength = 1 << 20;

    private readonly string holder = $"{Environment.MachineName}/{Guid.NewGuid():N}";

    /// <summary>The ConfigMap.</summary>
    public ObjectReference Object { get; } = new("v1", "ConfigMap", @namespace, $"trustedserve-inventory-{deployment}");

    /// <summary>The inventory, or null when there is none.</summary>
    /// <exception cref="TsfException">TSF7044: the ConfigMap is somebody else's. TSF7040: it is not an inventory.</exception>
    public async Task<Inventory?> ReadAsync(CancellationToken cancellationToken)
    {
        if (await client.GetAsync(Object, cancellationToken) is not { } live)
        {
            return null;
        }

        if (!Ownership.IsOurs(live, deployment))
        {
            throw TsfErrors.ForeignObject.With($"{Object} exists without the labels {Ownership.Selector(deployment)}, so it is no inventory of this deployment.");
        }

        try
        {
            var text = Field.Text(live, "data", Key);
            var inventory = text is { Length: <= MaxLength } ? JsonSerializer.Deserialize<Inventory>(text, StrictJson.Compact) : null;
            return inventory is { FormatVersion: 1 } ? inventory with { ResourceVersion = Field.Text(live, "metadata", "resourceVersion") } : throw Unreadable(null);
        }
        catch (JsonException exception)
        {
            throw Unreadable(exception);
        }
    }

    /// <summary>Takes the deployment for a time.</summary>
    /// <exception cref="TsfException">TSF7047: somebody else has it.</exception>
    public Task<Inventory> TakeAsync(Inventory? before, InventoryState state, IReadOnlyList<InventoryEntry> objects, TimeSpan length, CancellationToken cancellationToken)
    {
        var now = client.Time.GetUtcNow();
        RefuseHeld(before, now);
        return WriteAsync(new Inventory { State = state, Holder = holder, HeldUntil = now + length, WrittenAt = now, Objects = objects, ResourceVersion = before?.ResourceVersion }, cancellationToken);
    }

    /// <summary>Writes where the deployment stands now and lets it go.</summary>
    public Task<Inventory> ReleaseAsync(Inventory taken, InventoryState state, IReadOnlyList<InventoryEntry> objects, CancellationToken cancellationToken) =>
        WriteAsync(taken with { State = state, Holder = null, HeldUntil = null, WrittenAt = client.Time.GetUtcNow(), Objects = objects }, cancellationToken);

    /// <summary>Checks that nobody is at work.</summary>
    /// <exception cref="TsfException">TSF7047.</exception>
    public static void RefuseHeld(Inventory? inventory, DateTimeOffset now)
    {
        if (inventory is { Holder: { } other, HeldUntil: { } until } && until > now)
        {
            throw TsfErrors.DeploymentBusy.With($"{Printable.Line(other, 100)} has held it since {inventory.WrittenAt:u}, at the longest until {until:u}.");
        }
    }

    private async Task<Inventory> WriteAsync(Inventory inventory, CancellationToken cancellationToken)
    {
        var content = Object.ToEmptyObject();
        Ownership.Stamp(content, deployment);
        content["data"] = new JsonObject { [Key] = JsonSerializer.Serialize(inventory, StrictJson.Compact) };
        if (inventory.ResourceVersion is not null)
        {
            Field.Child(content, "metadata")["resourceVersion"] = inventory.ResourceVersion;
        }

        var type = await client.Discovery.FindAsync(Object.ApiVersion, Object.Kind, cancellationToken);
        var answer = inventory.ResourceVersion is null
            ? await client.Requests.CreateAsync(type.Path(Object.Namespace), content, cancellationToken)
            : await client.Requests.ReplaceAsync(type.Path(Object.Namespace, Object.Name), content, cancellationToken);
        if (answer.Status == 409)
        {
            // A request that was sent again after its answer was lost meets its own work.
            return await ReadAsync(cancellationToken) is { } written && written.Holder == inventory.Holder && written.WrittenAt == inventory.WrittenAt && written.State == inventory.State
                ? written
                : throw TsfErrors.DeploymentBusy.With($"{Object} was written by somebody else in the meantime.");
        }

        return inventory with { ResourceVersion = Field.Text(answer.OrThrow($"Writing {Object}"), "metadata", "resourceVersion") };
    }

    private TsfException Unreadable(Exception? cause) => TsfErrors.ClusterUnreachable.With(
        $"{Object} is not an inventory that this version of the program can read; if it was damaged, delete it: the next apply writes it anew, and objects that are rendered no more are then found by their labels only.", cause);
}
