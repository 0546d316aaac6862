using TrustedServe.Functions.Queue;

namespace TrustedServe.Functions.Signals;

/// <summary>Puts the signals together. What they mean, with several instances too, is in SCALING.md.</summary>
internal sealed class ScalingSignals(
    ModelCatalogue models, QueueWatch queue, WorkerWatch workers, RequestWatch requests, JobRegistry jobs, WorkMeter meter, SignalsOptions options)
{
    /// <summary>All signals as they are now.</summary>
    public async Task<SignalReport> ReadAsync()
    {
        var asking = workers.ReadAsync();
        var (state, reading, age) = await queue.ReadAsync();
        var figures = await asking;
        var (inQueue, other) = reading is null
            ? (new Dictionary<ModelKey, QueueFigures>(), 0)
            : QueueEstimate.Of(reading, [.. reading.InHand.Select(InHand)], CostsOf);
        var own = jobs.Running.Select(InHand).ToLookup(job => job.Key);
        return new SignalReport(
            state,
            state is QueueState.Off or QueueState.Unseen ? null : age.TotalSeconds,
            reading?.Messages,
            reading is null ? null : other,
            [.. models.All.Select(model => Of(new ModelKey(model.Model, model.Version)))]);

        ModelSignals Of(ModelKey key)
        {
            var worker = figures.GetValueOrDefault(key);
            var costs = CostsOf(key);
            var counter = requests.Of(key);
            var rows = own[key].Sum(job => job.RowsLeft);
            return new ModelSignals(
                key,
                reading is null ? null : inQueue.GetValueOrDefault(key, new QueueFigures { MessagesAreExact = reading.ShowsAll, RowsAreExact = reading.ShowsAll }),
                new InstanceFigures(
                    counter.InFlight, worker?.Waiting ?? 0, worker?.RecentQueueSeconds ?? 0, worker?.Lanes ?? 0, own[key].Count(), rows, rows * costs.SecondsPerRow),
                costs,
                counter,
                worker);
        }

        Costs CostsOf(ModelKey key) => Costs.Of(meter.SumsOf(key), figures.GetValueOrDefault(key), options);

        JobInHand InHand(JobProgress job)
        {
            if (models.Find(job.Model, job.Version) is not { } key)
            {
                return new JobInHand(null, 0, true);
            }

            var (rows, isExact) = CostsOf(key).RowsLeftOf(job);
            return new JobInHand(key, rows, isExact);
        }
    }
}
