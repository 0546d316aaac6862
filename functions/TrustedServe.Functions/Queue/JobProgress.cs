namespace TrustedServe.Functions.Queue;

/// <summary>How far a running job is: counts only, nothing of its rows.</summary>
public sealed class JobProgress
{
    private readonly IReadOnlyList<IJobObserver> observers;
    private long rows;
    private long failedRows;
    private long bytes;

    internal JobProgress(JobMessage job, DateTimeOffset startedAt, IReadOnlyList<IJobObserver> observers)
    {
        (Id, Model, Version, StartedAt) = (job.Id, job.Model, job.Version, startedAt);
        this.observers = observers;
    }

    /// <summary>The sender's name for the job.</summary>
    public string Id { get; }

    /// <summary>The model that scores it.</summary>
    public string Model { get; }

    /// <summary>Its version; null for the default, until the model has been found.</summary>
    public string? Version { get; private set; }

    /// <summary>When this try began.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>What it is at.</summary>
    public JobPhase Phase { get; private set; }

    /// <summary>What is known of its input; null before it was looked at.</summary>
    internal InputSize? Input { get; private set; }

    /// <summary>Rows whose result is written, failed ones included.</summary>
    public long Rows => Interlocked.Read(ref rows);

    /// <summary>Rows that got an error for an answer.</summary>
    public long FailedRows => Interlocked.Read(ref failedRows);

    /// <summary>Bytes of the input that those rows took, line ends included.</summary>
    public long Bytes => Interlocked.Read(ref bytes);

    internal void Resolved(string version)
    {
        Version = version;
        Enter(JobPhase.Opening);
    }

    internal void Sized(InputSize input) => Input = input;

    internal void Add(ScoredBatch batch)
    {
        Interlocked.Add(ref rows, batch.Rows);
        Interlocked.Add(ref failedRows, batch.FailedRows);
        Interlocked.Add(ref bytes, batch.InputBytes);
        foreach (var observer in observers)
        {
            observer.Scored(this, batch.Rows, batch.InputBytes);
        }
    }

    internal void Enter(JobPhase phase)
    {
        var before = Phase;
        Phase = phase;
        foreach (var observer in observers)
        {
            observer.Changed(this, before);
        }
    }
}
