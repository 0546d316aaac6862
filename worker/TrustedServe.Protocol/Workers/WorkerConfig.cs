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

    /// <summary>Number of lanes; 0 (the default) for one a core of the process's cpuset.</summary>
    public int Lanes { get; init; }

    /// <summary>Requests that may wait for a lane before new ones are refused with TSF4012; default 256.</summary>
    public int QueueCapacity { get; init; } = 256;

    /// <summary>Largest gRPC message in bytes, both ways; default 80 MiB (the HTTP limit and room for framing).</summary>
    public int MaxMessageBytes { get; init; } = 80 << 20;

    /// <summary>Memory-backed directory under which plaintext weights may lie; default /dev/shm. Must be a tmpfs.</summary>
    public string WeightsDirectory { get; init; } = "/dev/shm";

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
