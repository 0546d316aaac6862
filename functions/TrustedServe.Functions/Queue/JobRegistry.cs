using System.Collections.Concurrent;

namespace TrustedServe.Functions.Queue;

/// <summary>The jobs that this process is working on, and totals since its start, for metrics.</summary>
public sealed class JobRegistry
{
    private readonly IReadOnlyList<IJobObserver> observers;
    private readonly ConcurrentDictionary<JobProgress, byte> running = new();
    private long completed;
    private long failedTries;
    private long poisoned;
    private long rows;
    private long failedRows;

    internal JobRegistry(IEnumerable<IJobObserver> observers) => this.observers = [.. observers];

    /// <summary>Jobs in work.</summary>
    public IReadOnlyCollection<JobProgress> Running => [.. running.Keys];

    /// <summary>Jobs whose result is in place.</summary>
    public long Completed => Interlocked.Read(ref completed);

    /// <summary>Tries that failed.</summary>
    public long FailedTries => Interlocked.Read(ref failedTries);

    /// <summary>Messages that were given up.</summary>
    public long Poisoned => Interlocked.Read(ref poisoned);

    /// <summary>Rows of completed jobs, failed ones included.</summary>
    public long Rows => Interlocked.Read(ref rows);

    /// <summary>Rows of completed jobs that got an error for an answer.</summary>
    public long FailedRows => Interlocked.Read(ref failedRows);

    internal JobProgress Begin(JobMessage job, DateTimeOffset now)
    {
        var progress = new JobProgress(job, now, observers);
        running.TryAdd(progress, 0);
        return progress;
    }

    internal void End(JobProgress progress)
    {
        running.TryRemove(progress, out _);
        progress.Enter(JobPhase.Ended);
    }

    internal void CountCompleted(JobProgress progress)
    {
        Interlocked.Increment(ref completed);
        Interlocked.Add(ref rows, progress.Rows);
        Interlocked.Add(ref failedRows, progress.FailedRows);
    }

    internal void CountFailedTry() => Interlocked.Increment(ref failedTries);

    internal void CountPoisoned() => Interlocked.Increment(ref poisoned);
}
