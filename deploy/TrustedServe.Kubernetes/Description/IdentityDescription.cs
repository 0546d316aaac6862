namespace TrustedServe.Kubernetes.Description;

/// <summary>Identities of the parts around the instances; instances themselves have none but their evidence.</summary>
public sealed record IdentityDescription
{
    /// <summary>Client id of the workload identity with which KEDA reads the queue's length; null (the default) for KEDA's own.</summary>
    public string? KedaClientId { get; init; }
}
