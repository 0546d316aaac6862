namespace TrustedServe.Functions.Supervision;

/// <summary>Loads and unloads one model version: its workers' processes begin and end, and with them all of its memory.</summary>
/// <param name="workers">Its workers.</param>
/// <param name="changed">Called after each change of what they can do.</param>
/// <param name="restarted">Called before each start again of a worker.</param>
/// <param name="patience">How long an unloading waits for the calls in hand.</param>
/// <param name="time">The clock.</param>
/// <param name="stopping">Cancelled when the front end stops.</param>
internal sealed class ModelLife(ModelWorkers workers, Action changed, Action restarted, TimeSpan patience, TimeProvider time, CancellationToken stopping) : IDisposable
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    private readonly SemaphoreSlim changing = new(1);
    private CancellationTokenSource life = new();
    private Task running = Task.CompletedTask;

    /// <summary>The version's workers.</summary>
    public ModelWorkers Workers => workers;

    /// <summary>Starts the workers, unless they run; those of a version that was given up are tried anew.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await changing.WaitAsync(cancellationToken);
        try
        {
            if (!stopping.IsCancellationRequested && running.IsCompleted)
            {
                life.Dispose();
                life = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                workers.Serve(true);
                running = Task.WhenAll(workers.Workers.Select(worker => worker.RunAsync(changed, restarted, life.Token)));
            }
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>Lets no call begin any more, waits for those in hand, and ends the workers.</summary>
    public async Task UnloadAsync(CancellationToken cancellationToken)
    {
        await changing.WaitAsync(cancellationToken);
        try
        {
            workers.Serve(false);
            changed();

            // Those that warm up too, whether they could be called last or not: what was held may be with them.
            var before = workers.Workers
                .Select(worker => worker.State)
                .Select(state => state is WorkerState.Warming warming ? warming.Next : state)
                .OfType<WorkerState.Ready>()
                .ToList();
            for (var begun = time.GetTimestamp(); before.Any(worker => worker.Calls.Count > 0) && time.GetElapsedTime(begun) < patience;)
            {
                await Task.Delay(Look, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await life.CancelAsync();
            await running;
        }
        finally
        {
            changing.Release();
        }
    }

    /// <summary>Completes when the workers have ended; the front end stops.</summary>
    public Task EndAsync() => running;

    /// <inheritdoc/>
    public void Dispose()
    {
        life.Dispose();
        changing.Dispose();
    }
}
