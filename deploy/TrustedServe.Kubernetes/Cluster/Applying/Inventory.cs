using System.Text.Json.Serialization;

namespace TrustedServe.Kubernetes.Cluster.Applying;

/// <summary>What a deployment consists of, as a ConfigMap in the cluster keeps it. It lists names only, never contents.</summary>
public sealed record Inventory
{
    /// <summary>Version of this form; 1.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>Where the deployment stands.</summary>
    public required InventoryState State { get; init; }

    /// <summary>Who is changing it, while somebody is.</summary>
    public string? Holder { get; init; }

    /// <summary>Until when the holder has it; afterwards anybody may take over.</summary>
    public DateTimeOffset? HeldUntil { get; init; }

    /// <summary>When this was written.</summary>
    public required DateTimeOffset WrittenAt { get; init; }

    /// <summary>Every object that was applied and is not known to be gone.</summary>
    public required IReadOnlyList<InventoryEntry> Objects { get; init; }

    /// <summary>The version in the cluster that this was read from; null for one that is not there yet.</summary>
    [JsonIgnore]
    public string? ResourceVersion { get; init; }
}
