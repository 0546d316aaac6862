namespace TrustedServe.Kubernetes.Description;

/// <summary>Whom instances may talk to. Policies of a network know addresses, not names.</summary>
public sealed record NetworkDescription
{
    /// <summary>Addresses of the broker, as CIDR; at least one.</summary>
    public required IReadOnlyList<string> Broker { get; init; }

    /// <summary>Addresses of the store and the queue, as CIDR; at least one.</summary>
    public required IReadOnlyList<string> Storage { get; init; }

    /// <summary>Addresses of the image's registry, as CIDR; at least one: images are pulled inside the guest.</summary>
    public required IReadOnlyList<string> Registry { get; init; }

    /// <summary>Namespace of what sends requests, when that is not KEDA's interceptor; null (the default) for none.</summary>
    public string? IngressNamespace { get; init; }

    /// <summary>Namespace of what reads metrics; null (the default) for nothing.</summary>
    public string? MonitoringNamespace { get; init; }

    /// <summary>Namespace of KEDA; default <c>keda</c>.</summary>
    public string KedaNamespace { get; init; } = "keda";
}
