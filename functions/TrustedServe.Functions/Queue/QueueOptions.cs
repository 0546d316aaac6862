namespace TrustedServe.Functions.Queue;

/// <summary>
/// Settings of the queue trigger (section <c>TrustedServe:Queue</c>). <see cref="ConnectionString"/>, <see cref="Account"/>, the
/// allowed containers and <see cref="InsecurePlaintextRows"/> decide trust; the rest only tunes.
/// </summary>
public sealed record QueueOptions
{
    /// <summary>Where they stand in the configuration.</summary>
    public const string Section = "TrustedServe:Queue";

    /// <summary>What stands before each of them, below <c>TrustedServe</c>.</summary>
    internal const string Prefix = "Queue:";

    /// <summary>What a queue's name ends in for messages that were given up; a convention, not a setting.</summary>
    public const string PoisonSuffix = "-poison";

    /// <summary>Name of the queue. <value>Default null: no queue is read.</value></summary>
    public string? Name { get; init; }

    /// <summary>Connection string of the account (a secret). <value>Default null; exactly one of this and <see cref="Account"/> is needed.</value></summary>
    public string? ConnectionString { get; init; }

    /// <summary>Blob address of the account, <c>https://name.blob.suffix</c>, opened with the workload's identity; the queue's address follows from it. <value>Default null.</value></summary>
    public string? Account { get; init; }

    /// <summary>Where jobs may read: <c>container</c> or <c>container/prefix</c>. <value>Default empty: nowhere.</value></summary>
    public IReadOnlyList<string> AllowedInputContainers { get; init; } = [];

    /// <summary>Where jobs may write: <c>container</c> or <c>container/prefix</c>. <value>Default empty: nowhere.</value></summary>
    public IReadOnlyList<string> AllowedOutputContainers { get; init; } = [];

    /// <summary>Longest message in bytes. <value>Default 16,384; 256 to 65,536.</value></summary>
    public int MaxMessageBytes { get; init; } = 16_384;

    /// <summary>Rows sent to a worker at once; never more than the model's greatest batch. <value>Default 32; 1 to 1,024.</value></summary>
    public int RowsPerRequest { get; init; } = 32;

    /// <summary>Requests of one job that are with the worker at once. <value>Default 0: twice its lanes; 0 to 256.</value></summary>
    public int ParallelRequests { get; init; }

    /// <summary>Deadline of one request in seconds. <value>Default 60; above 0, to 3,600.</value></summary>
    public double RowTimeoutSeconds { get; init; } = 60;

    /// <summary>How long, in seconds, a job waits for a worker that is starting, full or being restarted before this try fails. <value>Default 300; 0 to 86,400.</value></summary>
    public double BusyLimitSeconds { get; init; } = 300;

    /// <summary>Shortest pause in seconds between looks at an empty queue. <value>Default 0.25; 0.01 to 60.</value></summary>
    public double PollMinSeconds { get; init; } = 0.25;

    /// <summary>Longest pause in seconds between looks at an empty or unreachable queue. <value>Default 10; from <see cref="PollMinSeconds"/> to 300.</value></summary>
    public double PollMaxSeconds { get; init; } = 10;

    /// <summary>Seconds until a failed job is tried again, doubled with every try. <value>Default 5; 0 to 3,600.</value></summary>
    public double RetryDelaySeconds { get; init; } = 5;

    /// <summary>Development only: score rows that lie in the store unsealed, and write their results unsealed. <value>Default false.</value></summary>
    public bool InsecurePlaintextRows { get; init; }
}
