using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Functions.Settings;

/// <summary>How workers are started and watched.</summary>
internal sealed record WorkerOptions
{
    /// <summary>The worker program; null (the default) for the one beside the front end or in the clone that it was built in.</summary>
    public string? Executable { get; init; }

    /// <summary>Lanes of each worker, 0 to 1024; 0 (the default) for as many as its cores allow, and never more.</summary>
    public int Lanes { get; init; }

    /// <summary>What lanes are planned for; default <see cref="PlacementMode.Auto"/>: decided from each model.</summary>
    public PlacementMode Placement { get; init; } = PlacementMode.Auto;

    /// <summary>Cores of each lane, 0 to 64; 0 (the default) for what <see cref="Placement"/> chooses.</summary>
    public int LaneWidth { get; init; }

    /// <summary>Whether hyper-threads are lanes of their own; default false.</summary>
    public bool LanesOnSiblings { get; init; }

    /// <summary>
    /// Whether the served model versions divide the cores, so that no two compute on the same one; default false: each has lanes on all
    /// of them, an idle one takes nothing from a busy one, and those that are busy share. The division is made at the start: the cores of
    /// one that is unloaded stay idle.
    /// </summary>
    public bool DivideCores { get; init; }

    /// <summary>Physical cores that the front end keeps to, 0 to 64; 0 (the default) for none of its own on up to 2, one on fewer than 16, else two.</summary>
    public int FrontEndCores { get; init; }

    /// <summary>Requests that may wait in each worker, 1 to 100000; default 256.</summary>
    public int QueueCapacity { get; init; } = 256;

    /// <summary>Directory for the workers' sockets; null (the default) for a private one that is removed at the end.</summary>
    public string? SocketDirectory { get; init; }

    /// <summary>Memory-backed directory for plaintext weights; default <c>/dev/shm</c>.</summary>
    public string WeightsDirectory { get; init; } = "/dev/shm";

    /// <summary>How weights reach the engine; default <see cref="WeightsMode.Auto"/>: large ones mapped at first and prepacked beside the answers.</summary>
    public WeightsMode Weights { get; init; } = WeightsMode.Auto;

    /// <summary>Development only: start although swap is on. Default false.</summary>
    public bool InsecureAllowSwap { get; init; }

    /// <summary>
    /// How old a worker's attestation may become in seconds, 1 to 604800; default 43200 (12 h). It attests again before that, and
    /// stops serving when it cannot.
    /// </summary>
    public int AttestationMaxAgeSeconds { get; init; } = 12 * 60 * 60;

    /// <summary>How many times in a row a worker may end during its start or within a minute of it, 1 to 100; default 5.</summary>
    public int CrashLimit { get; init; } = 5;
}
