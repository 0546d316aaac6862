namespace TrustedServe.Kubernetes.Description;

/// <summary>What instances answer to.</summary>
public sealed record TriggersDescription
{
    /// <summary>Requests; null for none.</summary>
    public HttpTriggerDescription? Http { get; init; }

    /// <summary>Queued jobs; null for none.</summary>
    public QueueTriggerDescription? Queue { get; init; }
}
