namespace TrustedServe.Kubernetes.Simulation;

/// <summary>What a trigger measures.</summary>
public enum ScaleMetric
{
    /// <summary>Messages or requests waiting and in hand: azure-queue with <c>all</c>, or the http-add-on's concurrency.</summary>
    Queue,

    /// <summary>Messages waiting only: azure-queue with <c>visibleonly</c>, which from 32 on counts those in hand too.</summary>
    Visible,

    /// <summary>Requests a second over a minute: the http-add-on's request rate, or a Prometheus query.</summary>
    Rate,

    /// <summary>Seconds that one instance would need for what waits, told by the instances; an activator on the queue beside it.</summary>
    Work,
}
