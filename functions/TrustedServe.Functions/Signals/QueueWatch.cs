using TrustedServe.Functions.Queue;

namespace TrustedServe.Functions.Signals;

/// <summary>Looks at the queue when somebody asks, and not more often than it should.</summary>
/// <remarks>
/// 1. What was seen within the refresh time is told again.
/// 2. Otherwise the queue is looked at, once for all who ask; they wait for it for a moment, and are told what was seen before if it takes longer.
/// 3. After a look that failed the next comes after a pause that doubles up to a minute, with jitter, so that instances do not return in step.
/// 4. An input is looked at once for each message that is seen to wait; only one that was not there is looked for again.
/// </remarks>
internal sealed class QueueWatch(IQueueView? view, Func<string, string?, ModelKey?> find, JobRegistry jobs, WorkMeter meter, SignalsOptions options, TimeProvider time, ILogger<QueueWatch> logger)
{
    /// <summary>How long who asks waits: a scaler gives up after three seconds.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    private const int Recent = 64;
    private const int LooksAtOnce = 8;
    private static readonly TimeSpan LookLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private Dictionary<string, WaitingMessage> known = [];
    private readonly Queue<WaitingMessage> recent = new();
    private volatile QueueReading? last;
    private Task? looking;
    private long notBefore = long.MinValue;
    private int failures;

    /// <summary>What is known of the queue, and how far it can be relied on; null with it unless it can.</summary>
    public async Task<(QueueState State, QueueReading? Reading, TimeSpan Age)> ReadAsync()
    {
        if (view is null)
        {
            return (QueueState.Off, null, TimeSpan.Zero);
        }

        if (Look() is { IsCompleted: false } look)
        {
            await Task.WhenAny(look, Task.Delay(Patience, time)); // 2
        }

        if (last is not { } reading)
        {
            return (QueueState.Unseen, null, TimeSpan.Zero);
        }

        var age = time.GetElapsedTime(reading.At);
        return age <= TimeSpan.FromSeconds(options.RefreshSeconds) + Patience ? (QueueState.Fresh, reading, age)
            : age <= TimeSpan.FromSeconds(options.StaleSeconds) ? (QueueState.Aging, reading, age)
            : (QueueState.Stale, null, age);
    }

    private Task? Look()
    {
        lock (gate)
        {
            if (looking is { IsCompleted: false } running)
            {
                return running;
            }

            if (time.GetTimestamp() < notBefore)
            {
                return null; // 1, 3
            }

            return looking = Task.Run(LookAsync);
        }
    }

    private async Task LookAsync()
    {
        using var limit = new CancellationTokenSource(LookLimit, time);
        try
        {
            var at = time.GetTimestamp();
            var inHand = jobs.Running;
            var look = await view!.LookAsync(limit.Token);
            var first = await SizesAsync(look.First, limit.Token);
            if (options.KeepMeasurements)
            {
                meter.Adopt(KeptWork.Parse(look.Kept));
            }

            last = new QueueReading(at, inHand, look.Messages, first, [.. recent]);
            NextAfter(TimeSpan.FromSeconds(options.RefreshSeconds));
            if (failures > 0)
            {
                failures = 0;
                SignalLog.QueueSeenAgain(logger);
            }
        }
        catch (Exception failed)
        {
            // Whatever it was: figures that cannot be had are no reason to end anything.
            if (failures++ == 0)
            {
                SignalLog.QueueUnseen(logger, StorageErrors.Status(failed), StorageErrors.Code(failed));
            }

            var pause = TimeSpan.FromSeconds(options.RefreshSeconds) * Math.Pow(2, Math.Min(failures, 10));
            NextAfter((pause < LongestPause ? pause : LongestPause) * (0.5 + (Random.Shared.NextDouble() / 2)));
        }
    }

    private async Task<IReadOnlyList<WaitingMessage>> SizesAsync(IReadOnlyList<SeenMessage> seen, CancellationToken cancellationToken)
    {
        var unknown = seen.Where(message => !known.TryGetValue(message.Id, out var before) || before is { Key: not null, Input: null }).ToList();
        var looked = new WaitingMessage[unknown.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, unknown.Count),
            new ParallelOptions { MaxDegreeOfParallelism = LooksAtOnce, CancellationToken = cancellationToken },
            async (index, token) => looked[index] = await LearnAsync(unknown[index].Job, token));
        var learnt = unknown.Zip(looked).ToDictionary(pair => pair.First.Id, pair => pair.Second);
        foreach (var message in unknown.Where(message => !known.ContainsKey(message.Id)).Select(message => learnt[message.Id]).Where(message => message.Key is not null))
        {
            recent.Enqueue(message);
        }

        while (recent.Count > Recent)
        {
            recent.Dequeue();
        }

        known = seen.ToDictionary(message => message.Id, message => learnt.GetValueOrDefault(message.Id) ?? known[message.Id]);
        return [.. seen.Select(message => known[message.Id])];
    }

    private async Task<WaitingMessage> LearnAsync(JobMessage? job, CancellationToken cancellationToken) =>
        job is not null && find(job.Model, job.Version) is { } key
            ? new WaitingMessage(key, await view!.SizeAsync(job.Input, cancellationToken))
            : new WaitingMessage(null, null);

    private void NextAfter(TimeSpan pause) => notBefore = time.GetTimestamp() + (long)(pause.TotalSeconds * time.TimestampFrequency);
}
