namespace TrustedServe.Kubernetes.Cluster.Applying;

/// <summary>How a deployment is applied.</summary>
public sealed record ApplyOptions
{
    /// <summary>Name of the deployment: a DNS label, so that it can be a label's value and part of a name.</summary>
    public required string Deployment { get; init; }

    /// <summary>Namespace of the inventory and of objects that name none; null for the manifests' only one, then the context's.</summary>
    public string? Namespace { get; init; }

    /// <summary>Whether fields that others manage are taken over; default no.</summary>
    public bool ForceConflicts { get; init; }

    /// <summary>Whether objects that exist and are not this deployment's are taken over; default no.</summary>
    public bool Adopt { get; init; }

    /// <summary>Whether it is waited until everything is ready; default yes.</summary>
    public bool Wait { get; init; } = true;

    /// <summary>Whether what was rendered once and is no more is deleted; default yes.</summary>
    public bool Prune { get; init; } = true;

    /// <summary>Whether a failure brings back what was before; default yes.</summary>
    public bool RollBack { get; init; } = true;

    /// <summary>The time for everything but rolling back; default 15 min, since a guest with a large model starts slowly.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>The time for rolling back, which begins when the other is over; default 2 min.</summary>
    public TimeSpan RollBackTimeout { get; init; } = TimeSpan.FromMinutes(2);
}
