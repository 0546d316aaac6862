namespace TrustedServe.Kubernetes.Cluster;

/// <summary>One limit of time for everything that a verb does, its retries and its waiting included.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource limit;
    private readonly CancellationTokenSource linked;

    public Deadline(TimeSpan length, TimeProvider time, CancellationToken cancellationToken)
    {
        Length = length;
        limit = new CancellationTokenSource(length, time);
        linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
    }

    /// <summary>Its whole length.</summary>
    public TimeSpan Length { get; }

    /// <summary>Fires when the time is over or the caller leaves.</summary>
    public CancellationToken Token => linked.Token;

    /// <summary>Whether the time is over.</summary>
    public bool IsOver => limit.IsCancellationRequested;

    /// <inheritdoc/>
    public void Dispose()
    {
        linked.Dispose();
        limit.Dispose();
    }
}
