namespace TrustedServe.Kubernetes.Description;

/// <summary>The queue trigger and what scales on it.</summary>
public sealed record QueueTriggerDescription
{
    /// <summary>Name of the queue.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the storage account.</summary>
    public required string Account { get; init; }

    /// <summary>Where jobs may read: <c>container</c> or <c>container/prefix</c>; at least one.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>Where jobs may write: <c>container</c> or <c>container/prefix</c>; at least one.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }

    /// <summary>What takes the messages; default <see cref="QueueMode.Service"/>.</summary>
    public QueueMode Mode { get; init; }

    /// <summary>Seconds that one instance takes for one job, as measured, 1 to 86400; default 60.</summary>
    public int JobSeconds { get; init; } = 60;

    /// <summary>Seconds after which the last message that waits shall be begun, 1 to 86400; default 300.</summary>
    public int WaitSeconds { get; init; } = 300;
}
