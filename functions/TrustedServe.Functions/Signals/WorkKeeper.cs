using TrustedServe.Functions.Queue;

namespace TrustedServe.Functions.Signals;

/// <summary>Keeps measured costs in the queue's metadata: after a job, at most once a minute and only when they changed, and at the end.</summary>
internal sealed class WorkKeeper(IQueueView view, WorkMeter meter, TimeProvider time, ILogger<WorkKeeper> logger) : IJobObserver, IHostedService
{
    /// <summary>Costs that differ by less are the same.</summary>
    private const double Same = 0.05;

    /// <summary>So are seconds for a message; many take next to none besides their rows.</summary>
    private const double SameSeconds = 0.001;

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    // At the end the process has little time left, and costs that are not kept are measured again.
    private static readonly TimeSpan LastLimit = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private Task saving = Task.CompletedTask;
    private long? savedAt;
    private bool isUnsaved;
    private bool hasFailed;

    /// <inheritdoc/>
    public void Changed(JobProgress job, JobPhase before)
    {
        if (job.Phase != JobPhase.Ended || before is JobPhase.Waiting)
        {
            return;
        }

        lock (gate)
        {
            isUnsaved = true;
            if (saving.IsCompleted && (savedAt is not { } at || time.GetElapsedTime(at) >= Pause))
            {
                Save();
            }
        }
    }

    /// <inheritdoc/>
    public void Scored(JobProgress job, int rows, long bytes)
    {
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken) =>
        await SaveLastAsync().WaitAsync(LastLimit, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task SaveLastAsync()
    {
        // One that is under way may have begun before the last job ended.
        await saving;
        lock (gate)
        {
            if (isUnsaved)
            {
                Save();
            }
        }

        await saving;
    }

    private void Save()
    {
        (savedAt, isUnsaved) = (time.GetTimestamp(), false);
        saving = Task.Run(SaveAsync);
    }

    private async Task SaveAsync()
    {
        using var limit = new CancellationTokenSource(Limit, time);
        try
        {
            var kept = KeptWork.Parse(await view.ReadKeptAsync(limit.Token));
            meter.Adopt(kept);
            var measured = meter.Measured().ToDictionary(key => key, key => meter.SumsOf(key).Bounded());
            if (measured.Any(pair => !kept.TryGetValue(pair.Key, out var before) || Differs(before, pair.Value)))
            {
                await view.KeepAsync(KeptWork.Write(kept.Where(pair => !measured.ContainsKey(pair.Key)).Concat(measured)), limit.Token);
            }
        }
        catch (Exception failed)
        {
            if (!hasFailed)
            {
                hasFailed = true;
                SignalLog.NotKept(logger, StorageErrors.Status(failed), StorageErrors.Code(failed));
            }
        }
    }

    private static bool Differs(WorkSums before, WorkSums now) =>
        Differ(before.SecondsPerRow, now.SecondsPerRow) || Differ(before.SecondsPerMessage, now.SecondsPerMessage, SameSeconds) || Differ(before.BytesPerRow, now.BytesPerRow);

    private static bool Differ(double? before, double? now, double least = 0) => now is { } value && (before is not { } other || Math.Abs(value - other) > Math.Max(Same * other, least));
}
