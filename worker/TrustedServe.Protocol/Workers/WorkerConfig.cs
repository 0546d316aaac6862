using TrustedServe.Protocol.Placement;

namespace TrustedServe.Protocol.Workers;

/// <summary>
/// What a worker is told at its start: one JSON line on standard input, never on its command line (which the machine's
/// owner can read). Standard input stays open for the parent's life; at its end the worker ends too.
/// </summary>
public sealed record WorkerConfig
{
    /// <summary>Name of the model to serve.</summary>
    public required string Model { get; init; }

    /// <summary>Version of the model to serve.</summary>
    public required string Version { get; init; }

    /// <summary>Location of the model store: a directory or the https address of a blob container.</summary>
    public required string Store { get; init; }

    /// <summary>Connection string of the store's account where no workload identity serves (a secret); null otherwise.</summary>
    public string? StoreConnectionString { get; init; }

    /// <summary>Path of the Unix socket to listen on, in a directory of mode 0700.</summary>
    public required string Socket { get; init; }

    /// <summary>Keys and evidence.</summary>
    public required TrustConfig Trust { get; init; }

    /// <summary>Number of lanes; 0 (the default) for as many as the worker's cores allow. More than those is no error: the plan cuts it.</summary>
    public int Lanes { get; init; }

    /// <summary>Cores of each lane, 1 to 64; 0 (the default) for what <see cref="Placement"/> chooses.</summary>
    public int LaneWidth { get; init; }

    /// <summary>What the lanes are planned for; default <see cref="PlacementMode.Auto"/>.</summary>
    public PlacementMode Placement { get; init; } = PlacementMode.Auto;

    /// <summary>Whether hyper-threads are lanes of their own; default false.</summary>
    public bool LanesOnSiblings { get; init; }

    /// <summary>The NUMA node that the worker belongs to; null (the default) for wherever its cores are.</summary>
    public int? Node { get; init; }

    /// <summary>
    /// The node that the worker's memory shall come from; null (the default) where there is no choice, or for the node of the
    /// core that writes it.
    /// </summary>
    public int? MemoryNode { get; init; }

    /// <summary>The cores that the worker may use, at most 8192; empty (the default) for every core that it is allowed.</summary>
    public IReadOnlyList<int> Cores { get; init; } = [];

    /// <summary>Requests that may wait for a lane before new ones are refused with TSF4012; default 256.</summary>
    public int QueueCapacity { get; init; } = 256;

    /// <summary>Largest gRPC message in bytes, both ways; default 80 MiB (the HTTP limit and room for framing).</summary>
    public int MaxMessageBytes { get; init; } = 80 << 20;

    /// <summary>Memory-backed directory under which plaintext weights may lie; default /dev/shm. Must be a tmpfs.</summary>
    public string WeightsDirectory { get; init; } = "/dev/shm";

    /// <summary>How weights reach the engine; default <see cref="WeightsMode.Auto"/>.</summary>
    public WeightsMode Weights { get; init; } = WeightsMode.Auto;

    /// <summary>
    /// How old the worker's attestation may become in seconds, 1 to 604800 (a week); default 43200 (12 h). It attests again
    /// before that, and stops serving when it cannot.
    /// </summary>
    public int AttestationMaxAgeSeconds { get; init; } = 12 * 60 * 60;

    /// <summary>Seconds that the worker goes on after a signal, because its front end is finishing what it has, 0 to 86400; default 30.</summary>
    public int DrainSeconds { get; init; } = 30;

    /// <summary>Development only: start although swap is on, so that plaintext pages could reach a disk. Default false.</summary>
    public bool InsecureAllowSwap { get; init; }
}
