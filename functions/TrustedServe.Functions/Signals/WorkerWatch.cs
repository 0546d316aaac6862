using TrustedServe.Functions.Inference;
using TrustedServe.Functions.Supervision;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Signals;

/// <summary>Asks workers what they have computed, at most once a second however many ask here.</summary>
internal sealed class WorkerWatch(ModelCatalogue models, IModelStatistics statistics, TimeProvider time)
{
    // They read it from memory; one that takes longer must not hold up what the others say.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim asking = new(1);
    private readonly Dictionary<ModelKey, QueueTimes> queueTimes = [];
    private readonly long began = time.GetTimestamp();
    private IReadOnlyDictionary<ModelKey, WorkerFigures> last = new Dictionary<ModelKey, WorkerFigures>();
    private long? askedAt;

    /// <summary>The figures of every model version whose workers answer.</summary>
    public async Task<IReadOnlyDictionary<ModelKey, WorkerFigures>> ReadAsync()
    {
        await asking.WaitAsync();
        try
        {
            if (askedAt is { } at && time.GetElapsedTime(at) < Refresh)
            {
                return last;
            }

            var ready = models.All.Where(workers => workers.IsReady).ToList();
            var snapshots = await Task.WhenAll(ready.Select(AskAsync));
            last = ready.Zip(snapshots).ToDictionary(
                pair => new ModelKey(pair.First.Model, pair.First.Version),
                pair => Figures(pair.First, pair.Second));
            askedAt = time.GetTimestamp();
            return last;
        }
        finally
        {
            asking.Release();
        }
    }

    private async Task<IReadOnlyList<ModelSnapshot>> AskAsync(ModelWorkers workers)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        try
        {
            return await statistics.StatisticsAsync(workers.Resolve(), limit.Token);
        }
        catch (Exception exception) when (exception is TsfException or OperationCanceledException)
        {
            return []; // It has ended a moment ago, or does not answer in time.
        }
    }

    private WorkerFigures Figures(ModelWorkers workers, IReadOnlyList<ModelSnapshot> snapshots)
    {
        var lanes = workers.Ready.Sum(worker => worker.Model.Lanes);
        var key = new ModelKey(workers.Model, workers.Version);
        if (snapshots.Count == 0)
        {
            return last.GetValueOrDefault(key) is { } before ? before with { Lanes = lanes } : new WorkerFigures(lanes, 0, 0, null, 0);
        }

        var queue = Sum([.. snapshots.SelectMany(snapshot => snapshot.Lanes).Select(lane => lane.QueueSeconds).Where(histogram => histogram is not null)]);
        if (!queueTimes.TryGetValue(key, out var times))
        {
            queueTimes.Add(key, times = new QueueTimes());
        }

        var costs = snapshots.Where(snapshot => snapshot.SecondsPerRow > 0 && double.IsFinite(snapshot.SecondsPerRow)).Select(snapshot => snapshot.SecondsPerRow).ToList();
        return new WorkerFigures(
            lanes,
            snapshots.Sum(snapshot => snapshot.Waiting),
            costs.Count > 0 ? costs.Average() : 0,
            queue,
            queue is null ? 0 : times.Mean(time.GetElapsedTime(began), queue.Counts.Sum(count => (double)count), queue.Sum));
    }

    // Lanes of one build have the same bounds; a worker of another build that has others is left out.
    private static HistogramSnapshot? Sum(IReadOnlyList<HistogramSnapshot> histograms)
    {
        if (histograms.Count == 0)
        {
            return null;
        }

        var sum = histograms[0].Clone();
        foreach (var histogram in histograms.Skip(1).Where(other => other.Bounds.SequenceEqual(sum.Bounds) && other.Counts.Count == sum.Counts.Count))
        {
            for (var i = 0; i < sum.Counts.Count; i++)
            {
                sum.Counts[i] += histogram.Counts[i];
            }

            sum.Sum += histogram.Sum;
        }

        return sum;
    }
}
