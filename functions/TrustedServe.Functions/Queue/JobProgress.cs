namespace TrustedServe.Functions.Queue;

/// <summary>How far a running job is: counts only, nothing of its rows.</summary>
public sealed class JobProgress
{
    private long rows;
    private long failedRows;

    internal JobProgress(JobMessage job, DateTimeOffset startedAt) => (Id, Model, StartedAt) = (job.Id, job.Model, startedAt);

    /// <summary>The sender's name for the job.</summary>
    public string Id { get; }

    /// <summary>The model that scores it.</summary>
    public string Model { get; }

    /// <summary>When this try began.</summary>
    public DateTimeOffset StartedAt { get; }

    /// <summary>Rows whose result is written, failed ones included.</summary>
    public long Rows => Interlocked.Read(ref rows);

    /// <summary>Rows that got an error for an answer.</summary>
    public long FailedRows => Interlocked.Read(ref failedRows);

    internal void Add(long done, long failed)
    {
        Interlocked.Add(ref rows, done);
        Interlocked.Add(ref failedRows, failed);
    }
}
