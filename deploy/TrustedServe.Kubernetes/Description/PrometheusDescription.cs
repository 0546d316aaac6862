namespace TrustedServe.Kubernetes.Description;

/// <summary>A query whose answer is a number of requests at once.</summary>
public sealed record PrometheusDescription
{
    /// <summary>Address of the server.</summary>
    public required string Address { get; init; }

    /// <summary>The query; one number. Ask what stands before the instances, not the instances, which may be none.</summary>
    public required string Query { get; init; }
}
