using TrustedServe.Functions.Inference;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Placement;

namespace TrustedServe.Functions.Supervision;

/// <summary>The workers of one model version, one a NUMA node, as one thing that can be asked.</summary>
internal sealed class ModelWorkers(string model, string version, bool isDefault, IReadOnlyList<WorkerSupervisor> workers)
{
    private const int RetryAfterSeconds = 1;

    private readonly Lock refreshing = new();
    private volatile Snapshot snapshot = Snapshot.Nothing;
    private volatile bool isServed = true;
    private volatile bool hasAnswered;
    private int turn;

    /// <summary>Name of the model.</summary>
    public string Model => model;

    /// <summary>Version of the model.</summary>
    public string Version => version;

    /// <summary>Whether the store's index names this version the default.</summary>
    public bool IsDefault => isDefault;

    /// <summary>Its workers.</summary>
    public IReadOnlyList<WorkerSupervisor> Workers => workers;

    /// <summary>Whether the version is to answer: false once it was unloaded.</summary>
    public bool IsServed => isServed;

    /// <summary>Whether at least one worker answers.</summary>
    public bool IsReady => snapshot.Ready.Length > 0;

    /// <summary>Whether a worker of it has answered before, whatever is now.</summary>
    public bool HasAnswered => hasAnswered;

    /// <summary>Whether the attestation of every worker that answers is not past its greatest age.</summary>
    public bool IsAttested => workers.All(worker => worker.State is not WorkerState.Ready || worker.Health.IsAttested);

    /// <summary>Why the version does not come back by itself; null as long as it may.</summary>
    public TsfException? Failure => snapshot.Failure;

    /// <summary>Raised after each change of what the version can do, on the thread that changed it.</summary>
    public event Action? Changed;

    /// <summary>Those of its workers that answer.</summary>
    public IReadOnlyList<WorkerState.Ready> Ready => snapshot.Ready;

    /// <summary>Those that can be called: who answer, or else who compute already and will answer soon.</summary>
    public IReadOnlyList<WorkerState.Ready> Callable => snapshot.Callable;

    /// <summary>What is served, by all workers that answer together.</summary>
    /// <exception cref="TsfException">TSF5001 while all of them start; TSF5002 when all of them failed.</exception>
    public ServedModel Resolve() => Served ?? throw Unserved();

    /// <summary>The same; null while nobody answers.</summary>
    public ServedModel? Served => snapshot.Ready.Length > 0 ? snapshot.Model : null;

    /// <summary>What can be called; null while nobody can.</summary>
    public ServedModel? Called => snapshot.Model;

    /// <summary>The worker that has the fewest calls in hand for each of its lanes; among equals they take turns.</summary>
    /// <param name="except">One that is not asked: it was lost a moment ago, and its supervisor may not know yet.</param>
    /// <returns>Null when no other answers.</returns>
    public WorkerState.Ready? Pick(WorkerState.Ready? except = null)
    {
        var ready = snapshot.Callable;
        if (ready.Length == 1)
        {
            return IsSame(ready[0]) ? null : ready[0];
        }

        WorkerState.Ready? best = null;
        var first = ready.Length == 0 ? 0 : (uint)Interlocked.Increment(ref turn) % (uint)ready.Length;
        for (var index = 0; index < ready.Length; index++)
        {
            var one = ready[(first + index) % ready.Length];
            if (!IsSame(one) && (best is null || (long)one.Calls.Count * best.Model.Lanes < (long)best.Calls.Count * one.Model.Lanes))
            {
                best = one;
            }
        }

        return best;

        // Whatever is said of it by now.
        bool IsSame(WorkerState.Ready one) => one.Connection == except?.Connection;
    }

    /// <summary>Whether a worker that was picked may be called still.</summary>
    public bool MayCall(WorkerState.Ready worker)
    {
        foreach (var one in snapshot.Callable)
        {
            if (one.Connection == worker.Connection)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Why nobody answers.</summary>
    public TsfException Unserved() => !isServed ? TsfErrors.ModelUnloaded.With("The model was unloaded.")
        : snapshot.Failure is { } failure
        ? new TsfException(failure.Error, failure.Message)
        : new TsfException(TsfErrors.ModelNotReady, "The model is starting.") { RetryAfterSeconds = RetryAfterSeconds };

    /// <summary>Says whether the version is to answer; in force with the next <see cref="Refresh"/>.</summary>
    public void Serve(bool served) => isServed = served;

    /// <summary>Takes note of a change in a worker's state.</summary>
    public void Refresh()
    {
        lock (refreshing)
        {
            snapshot = isServed ? Look() : Snapshot.Nothing;
            hasAnswered |= snapshot.Ready.Length > 0;
        }

        Changed?.Invoke();
    }

    private Snapshot Look()
    {
        var states = workers.Select(worker => worker.State).ToArray();
        var ready = states.OfType<WorkerState.Ready>().ToArray();
        var failed = states.OfType<WorkerState.Failed>().ToArray();
        var callable = ready.Length > 0 ? ready : [.. states.OfType<WorkerState.Warming>().Select(state => state.Next)];
        return new Snapshot(ready, callable, Together(callable), failed.Length == states.Length ? failed[0].Cause : null);
    }

    private static ServedModel? Together(WorkerState.Ready[] ready)
    {
        if (ready.Length < 2)
        {
            return ready.FirstOrDefault()?.Model;
        }

        var first = ready[0].Model;
        var lanes = ready.Sum(one => one.Model.Lanes);
        var metadata = first.Metadata.Clone();
        metadata.Properties["lanes"] = $"{lanes}";
        metadata.Properties[PlacementReport.Property] = PlacementReport.Merge(ready.Select(one => one.Model.Metadata.Properties.GetValueOrDefault(PlacementReport.Property)));
        return first with { Metadata = metadata, Lanes = lanes };
    }

    private sealed record Snapshot(WorkerState.Ready[] Ready, WorkerState.Ready[] Callable, ServedModel? Model, TsfException? Failure)
    {
        public static readonly Snapshot Nothing = new([], [], null, null);
    }
}
