using TrustedServe.Protocol.Placement;

namespace TrustedServe.Kubernetes.Description;

/// <summary>One instance: a pod, which is a trust domain with front end and workers in it.</summary>
public sealed record InstanceDescription
{
    /// <summary>Cores, a whole number; default 4. A fraction is read, so that it can be refused with its reason.</summary>
    public decimal Cores { get; init; } = 4;

    /// <summary>Memory of front end, workers and weights together; the guest's own comes on top. Default 4Gi.</summary>
    public MemorySize Memory { get; init; } = new(4096);

    /// <summary>Cores of the front end, 0 to 64; 0 (the default) for what the planner chooses.</summary>
    public int FrontEndCores { get; init; }

    /// <summary>Memory of the front end, which requests and answers pass through; default 512Mi.</summary>
    public MemorySize FrontEndMemory { get; init; } = new(512);

    /// <summary>Lanes of each worker, 0 to 1024; 0 (the default) for as many as its cores allow.</summary>
    public int Lanes { get; init; }

    /// <summary>Cores of each lane, 0 to 64; 0 (the default) for what <see cref="Placement"/> chooses.</summary>
    public int LaneWidth { get; init; }

    /// <summary>What lanes are planned for; default <see cref="PlacementMode.Auto"/>.</summary>
    public PlacementMode Placement { get; init; } = PlacementMode.Auto;

    /// <summary>NUMA nodes that the guest shows, 1 to 8; default 1, as most guests do.</summary>
    public int NumaNodes { get; init; } = 1;

    /// <summary>Seconds from a pod's creation to its first answer, as measured, 1 to 3600; default 60.</summary>
    public int ColdStartSeconds { get; init; } = 60;

    /// <summary>Seconds that an instance gets to end, 0 to 86400; 0 (the default) for 60, with a queue for one job and 30 more.</summary>
    public int GraceSeconds { get; init; }

    /// <summary>Where front end and workers are; default <see cref="PodLayout.Together"/>.</summary>
    public PodLayout Pods { get; init; }

    /// <summary>What plaintext weights lie on; default <see cref="WeightsMedium.Memory"/>.</summary>
    public WeightsMedium WeightsVolume { get; init; }
}
