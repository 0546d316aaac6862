using System.Collections.Frozen;
using TrustedServe.Functions.Draining;
using TrustedServe.Functions.Settings;
using TrustedServe.Functions.Waiting;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Functions.Supervision;

/// <summary>
/// The workers of all served model versions. They start after the listeners (whose address may be taken, which is found out first)
/// and end after them (so that requests in hand are finished first).
/// </summary>
internal sealed partial class WorkerFleet(
    ServeOptions options, Func<ModelsOptions, IModelStore> openStore, HostPlacement placement, Drain drain, TimeProvider time, ILogger<WorkerFleet> logger)
    : IHostedLifecycleService, IDisposable
{
    /// <summary>Room in a message to a worker beyond the largest body: a number takes fewer characters than bytes only where it is short.</summary>
    public const int MessageRoom = 16 << 20;

    // Never disposed, for which one without a timer has no need: the drain, which may be asked for later than this ends, cancels it too.
    private readonly CancellationTokenSource stopping = new();
    private SocketFolder? sockets;
    private FrozenDictionary<string, FrozenDictionary<string, ModelWorkers>> models = FrozenDictionary<string, FrozenDictionary<string, ModelWorkers>>.Empty;
    private ModelWorkers[] all = [];
    private ModelLife[] lives = [];
    private int restarts;
    private int wasReady;
    private volatile bool hasStarted;

    /// <summary>Largest message to or from a worker.</summary>
    public int MaxMessageBytes => (int)Math.Min((long)options.Http.MaxBodyBytes + MessageRoom, int.MaxValue);

    /// <summary>How many model versions are served.</summary>
    public int Count => all.Length;

    /// <summary>How many of them answer at this moment, be it from one node alone.</summary>
    public int ReadyCount => all.Count(workers => workers.IsReady);

    /// <summary>Whether all that are to answer do, under an attestation that is not too old, and the front end is not stopping.</summary>
    public bool IsReady => !drain.HasBegun && all.Length > 0 && all.All(workers => workers.IsReady || !workers.IsServed) && IsTrustInForce;

    /// <summary>Whether the attestation of every worker that answers is not past its greatest age.</summary>
    public bool IsTrustInForce => all.All(workers => workers.IsAttested);

    /// <summary>Whether all that are to answer have answered once.</summary>
    public bool HasStarted => hasStarted |= all.Length > 0 && all.All(workers => workers.HasAnswered || !workers.IsServed);

    /// <summary>Whether anything that is to answer does, or may do so again by itself.</summary>
    public bool IsAlive => all.All(workers => !workers.IsServed) || all.Any(workers => workers is { IsServed: true, Failure: null });

    /// <summary>Every model version, with what loads and unloads it.</summary>
    public IReadOnlyList<ModelLife> Lives => lives;

    /// <summary>How many times a worker was started again.</summary>
    public int Restarts => restarts;

    /// <summary>Whether trust is made up: by the options, or by what a worker says.</summary>
    public bool IsTrustSimulated { get; private set; } = options.Trust.InsecureSimulatedEvidence;

    /// <summary>Which kind of trust is in force: <c>tdx</c>, <c>coco</c> or <c>insecure-simulated</c>, the last as soon as any part of it is.</summary>
    public string TrustKind => IsTrustSimulated ? TrustKinds.Simulated : TrustKinds.Of(options.Trust);

    /// <summary>The versions of a model, or null.</summary>
    public IReadOnlyDictionary<string, ModelWorkers>? Find(string model) => models.GetValueOrDefault(model);

    /// <summary>A version of a model; without one, the version that the store's index names.</summary>
    /// <exception cref="TsfException">TSF4003, TSF4004.</exception>
    public ModelWorkers Get(string model, string? version)
    {
        var versions = models.GetValueOrDefault(model) ?? throw TsfErrors.UnknownModel.With("There is no model of this name.");
        if (version is not null)
        {
            return versions.GetValueOrDefault(version) ?? throw TsfErrors.UnknownVersion.With("There is no such version of this model.");
        }

        foreach (var workers in versions.Values)
        {
            if (workers.IsDefault)
            {
                return workers;
            }
        }

        throw TsfErrors.UnknownVersion.With("The store's index names no default version of this model: ask for a version.");
    }

    /// <summary>Reads the store's index: without it there is nothing to serve. A remote store that is away is waited for.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var setup = new WorkerSetup(WorkerProgram.Find(options.Worker.Executable), options.Worker.CrashLimit, time, logger);
        var index = await ReadIndexAsync(cancellationToken);
        var entries = index.Entries.Where(entry => options.Models.Names.Count == 0 || options.Models.Names.Contains(entry.Model)).ToList();
        if (options.Models.Only is { } only)
        {
            entries.RemoveAll(entry => entry.Model != only.Model || (only.Version is null ? !entry.IsDefault : entry.Version != only.Version));
        }
        else
        {
            CheckNames(entries);
        }

        sockets = new SocketFolder(options.Worker.SocketDirectory);
        var shares = placement.Apply([.. entries.Select(entry => new ModelFacts(entry.Model, entry.Version))], options.Worker, logger);
        all = [.. entries.Zip(shares, (entry, own) => new ModelWorkers(
            entry.Model, entry.Version, entry.IsDefault, [.. own.Select(share => new WorkerSupervisor(setup, sockets, ConfigOf(entry, share), entry.IsDefault))]))];
        var patience = TimeSpan.FromSeconds(options.Http.RequestTimeoutSeconds);
        lives = [.. all.Select(workers => new ModelLife(
            workers, () => Changed(workers), () => Interlocked.Increment(ref restarts), patience, time, stopping.Token))];
        models = all.GroupBy(workers => workers.Model).ToFrozenDictionary(group => group.Key, group => group.ToFrozenDictionary(workers => workers.Version));
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Starts the workers, but for what was unloaded since the listeners are there.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        drain.Cut.Register(stopping.Cancel);
        return Task.WhenAll(lives.Where(life => life.Workers.IsServed).Select(life => life.LoadAsync(cancellationToken)));
    }

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends the workers.</summary>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await Task.WhenAll(lives.Select(life => life.EndAsync()));
        sockets?.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        sockets?.Dispose();
        Array.ForEach(lives, life => life.Dispose());
    }

    // A directory that is not there is a mistake in the settings. And one message is better handed to another instance than held here.
    private Task<StoreIndex> ReadIndexAsync(CancellationToken cancellationToken)
    {
        var store = openStore(options.Models);
        return options.Models is { Only: null, Store: var location } && location.Contains("://", StringComparison.Ordinal)
            ? OutsideWait.RunAsync("the index of the model store", () => store.ReadIndexAsync(cancellationToken), time, logger, cancellationToken)
            : store.ReadIndexAsync(cancellationToken);
    }

    private void CheckNames(List<StoreEntry> entries)
    {
        var missing = options.Models.Names.Where(name => entries.All(entry => entry.Model != name)).ToList();
        if (missing.Count > 0 || entries.Count == 0)
        {
            throw TsfErrors.InvalidSettings.With(missing.Count > 0
                ? $"TrustedServe:Models:Names has models that the store's index does not list: {string.Join(", ", missing)}."
                : $"The store {options.Models.Store} lists no model.");
        }
    }

    private WorkerConfig ConfigOf(StoreEntry entry, NodeShare share) => new()
    {
        Model = entry.Model,
        Version = entry.Version,
        Store = options.Models.Store,
        StoreConnectionString = options.Models.StoreConnectionString,
        Socket = string.Empty,
        Trust = options.Trust,
        Lanes = options.Worker.Lanes,
        LaneWidth = options.Worker.LaneWidth,
        Placement = options.Worker.Placement,
        LanesOnSiblings = options.Worker.LanesOnSiblings,
        Node = share.Node,
        MemoryNode = share.MemoryNode,
        Cores = share.Cores,
        QueueCapacity = options.Worker.QueueCapacity,
        MaxMessageBytes = MaxMessageBytes,
        WeightsDirectory = options.Worker.WeightsDirectory,
        Weights = options.Worker.Weights,
        DrainSeconds = options.Drain.GraceSeconds,
        AttestationMaxAgeSeconds = options.Worker.AttestationMaxAgeSeconds,
        InsecureAllowSwap = options.Worker.InsecureAllowSwap,
    };

    private void Changed(ModelWorkers workers)
    {
        workers.Refresh();
        if (workers.Callable.Any(worker => worker.Model.Metadata.Properties.GetValueOrDefault("trust", string.Empty).StartsWith("insecure", StringComparison.Ordinal)))
        {
            IsTrustSimulated = true;
        }

        if (IsReady && Interlocked.Exchange(ref wasReady, 1) == 0)
        {
            LogReady(Count);
        }
    }

    [LoggerMessage(2003, LogLevel.Information, "Ready: all {Count} model versions answer")]
    private partial void LogReady(int count);
}
