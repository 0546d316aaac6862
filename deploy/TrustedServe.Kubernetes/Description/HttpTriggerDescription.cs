namespace TrustedServe.Kubernetes.Description;

/// <summary>The HTTP trigger and what scales on it.</summary>
public sealed record HttpTriggerDescription
{
    /// <summary>Host names that requests come for; at least one.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    /// <summary>What sees requests; default <see cref="HttpScaler.Interceptor"/>.</summary>
    public HttpScaler Scaler { get; init; }

    /// <summary>Requests at once that one instance shall have, 0 to 100000; 0 (the default) for the lanes of the model with the fewest.</summary>
    public int TargetConcurrency { get; init; }

    /// <summary>The query, when <see cref="Scaler"/> is <see cref="HttpScaler.Prometheus"/>; else null.</summary>
    public PrometheusDescription? Prometheus { get; init; }
}
