namespace TrustedServe.Kubernetes.Description;

/// <summary>A machine of the cluster: for its kubelet's settings, and to refuse what does not fit.</summary>
public sealed record NodeDescription
{
    /// <summary>NUMA nodes, 1 to 8; default 2.</summary>
    public int NumaNodes { get; init; } = 2;

    /// <summary>Cores of each NUMA node as Kubernetes counts them, 1 to 1024.</summary>
    public required int CoresPerNumaNode { get; init; }

    /// <summary>Memory of each NUMA node.</summary>
    public required MemorySize MemoryPerNumaNode { get; init; }
}
