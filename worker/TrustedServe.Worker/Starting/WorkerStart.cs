using System.Globalization;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Workers;
using TrustedServe.Worker.Hosting;
using TrustedServe.Worker.Lanes;
using TrustedServe.Worker.Services;
using TrustedServe.Worker.Sessions;
using TrustedServe.Worker.Tasks;
using TrustedServe.Worker.Warmup;

namespace TrustedServe.Worker.Starting;

/// <summary>From an empty process to a model that answers, while the socket already tells how far it is.</summary>
internal sealed class WorkerStart(
    WorkerConfig config,
    IModelLoader loader,
    ModelSlot slot,
    StartProgress progress,
    StartOutcome outcome,
    AttestationRenewal renewal,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<WorkerStart> logger) : BackgroundService, IAsyncDisposable
{
    /// <summary>How long a worker that ends stays, so that who watches or asks reads why. What is in hand may take longer.</summary>
    private static readonly TimeSpan FailedStay = TimeSpan.FromSeconds(2);

    private const int RetryAfterSeconds = 5;

    private long attestedSince;

    /// <summary>
    /// Stops what still goes on and waits for its end, however late: native code that builds a session is not interrupted, and what it
    /// uses is disposed of next.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        Dispose();
        await (ExecuteTask ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host's own token comes only when the listener has drained, which may take all the time that a stop has.
        using var starting = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        Task<TsfException?> changing;
        try
        {
            changing = await StartModelAsync(starting.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (starting.IsCancellationRequested)
        {
            // Told to stop in the middle of the start: there is nothing to drain, and whatever it made fail is no failure of the model.
            WorkerLog.StartStopped(logger, exception.GetType().Name);
            return;
        }
        catch (Exception exception)
        {
            var failure = AsTsf(exception);
            WorkerLog.StartFailed(logger, failure.Code, failure.Message, failure.InnerException?.GetType().Name);

            // Decided before it is told: whoever hears of the failure may end this process at once, and reads the code.
            outcome.ExitCode = ExitCodeOf(failure);
            progress.Fail(failure, IsRetryable(failure));
            await EndAsync(failure, stoppingToken).ConfigureAwait(false);
            return;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var renewing = renewal.RunAsync(attestedSince, ending.Token);
        if (await Task.WhenAny(changing, renewing).ConfigureAwait(false) == changing && await changing.ConfigureAwait(false) is { } wrong)
        {
            slot.Withdraw(TsfErrors.ModelFailed.With($"The model is not served any more: {wrong.Code}."));
            WorkerLog.Withdrawn(logger, wrong.Code, wrong.Message);
            await EndAsync(wrong, stoppingToken).ConfigureAwait(false);
        }
        else if (await renewing.ConfigureAwait(false) is { } reason)
        {
            slot.Close(new TsfException(TsfErrors.AttestationExpired, $"The attestation of {config.Model}'s worker was not renewed; it stops.") { RetryAfterSeconds = RetryAfterSeconds });
            WorkerLog.AttestationEnded(logger, reason.Code, reason.Message);
            await EndAsync(reason, stoppingToken).ConfigureAwait(false);
        }

        await ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(changing, renewing).ConfigureAwait(false);
    }

    /// <returns>What goes on after the model is ready, and ends with the reason why it may not be served any more; null when it may.</returns>
    private async Task<Task<TsfException?>> StartModelAsync(CancellationToken cancellationToken)
    {
        var model = await new StartWait(progress, time, logger).RunAsync(() => LoadAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        attestedSince = model.AttestedSince;
        var (manifest, timeline) = (model.Manifest, progress.Timeline);
        var planning = timeline.Now;
        var placement = WorkerPlacement.OfThisMachine(config);
        var plan = placement.Plan(FactsOf(manifest));
        timeline.Add("plan", planning);
        int[][] lanes = [.. plan.Lanes.Select(lane => lane.Cores.ToArray())];
        var kinds = SessionKinds.Decide(config.Weights, manifest, lanes[0].Length);
        var threads = new PlacedThreads(config);
        Task<ModelSessions>? building = null;
        LaneScheduler? scheduler = null;
        LoadedModel? loaded = null;
        WarmupRunner warmup;
        try
        {
            var asking = Task.Run(() => WeightsPlacement.Of(model), CancellationToken.None);
            building = BuildAsync();
            if (lanes[0].Length > 1)
            {
                // The engine's threads are told from the lanes' by being bound to their cores first.
                await building.ConfigureAwait(false);
            }

            var placing = timeline.Now;

            // Samples that are alone are computed on all cores; without a session for that, who waits is better off on the other lanes.
            var onlyOne = SessionSet.HasOneForCallsAlone(manifest, kinds.Change, lanes);
            scheduler = new LaneScheduler([.. lanes.Select(cores => cores[0])], config.QueueCapacity, LaneLimits.Of(model), time, logger, onlyOne);
            var pinned = await Task.WhenAll(scheduler.Lanes.Select(lane => lane.Pinned)).ConfigureAwait(false);
            timeline.Add("lanes", placing);
            var sessions = await building.ConfigureAwait(false);
            ITaskPipeline pipeline;
            using (timeline.Begin("pipeline"))
            {
                pipeline = TaskPipelines.Create(model.Directory, manifest, sessions);
            }

            var weights = await asking.ConfigureAwait(false);
            if (!kinds.Change)
            {
                loader.Discard();
            }

            var report = PlacementReport.Of(
                plan, pinned, sessions.Helpers, model.MemoryPolicy.Succeeded ? threads.Memory : model.MemoryPolicy, weights, placement.Topology.InstructionSets);

            // Who waited for the model is computed beside or after the samples that come first; no answer leaves before those came out right.
            loaded = new LoadedModel(model, sessions, pipeline, scheduler, report);
            slot.Set(loaded);
            progress.Publish(StartStep.Types.Phase.Session, Describe(plan, report, kinds, manifest));
            warmup = new WarmupRunner(manifest.Warmup, pipeline, scheduler, progress.Warmed, time);
            using (timeline.Begin("warm-up"))
            {
                await warmup.RunAsync(kinds.WarmUp, cancellationToken).ConfigureAwait(false);
                scheduler.Open();
            }

            progress.Publish(StartStep.Types.Phase.Warmed, new Dictionary<string, string>
            {
                ["samples"] = warmup.Passed == manifest.Warmup.Count ? $"{warmup.Passed}" : $"{warmup.Passed} of {manifest.Warmup.Count}, the others beside the first answers",
                ["largest-difference"] = warmup.LargestDifference.ToString("g3", CultureInfo.InvariantCulture),
            });
            loaded.Pass();
            WorkerLog.Ready(logger, manifest.Name, manifest.Version, model.Trust);
            progress.Publish(StartStep.Types.Phase.Ready, new Dictionary<string, string>
            {
                ["timeline"] = timeline.ToString(),
                ["attestation-age"] = time.GetElapsedTime(attestedSince).TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture),
            });
        }
        catch (Exception exception)
        {
            slot.Clear();
            loaded?.Fail(cancellationToken.IsCancellationRequested
                ? TsfErrors.ModelNotReady.With("The worker is stopping.")
                : TsfErrors.ModelFailed.With($"The model is not served: {AsTsf(exception).Code}."));
            scheduler?.Dispose();
            if (building is not null)
            {
                await ((Task)building).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (building.IsCompletedSuccessfully)
                {
                    await building.Result.DisposeAsync().ConfigureAwait(false);
                }
            }

            loader.Discard();
            throw;
        }

        return kinds.Change
            ? new SessionChange(config, loader, timeline, time, logger).RunAsync(loaded, warmup, lanes, cancellationToken)
            : Task.FromResult<TsfException?>(null);

        async Task<ModelSessions> BuildAsync()
        {
            using var session = timeline.Begin("session");
            return new ModelSessions(await threads.RunAsync(
                "session", () => SessionSet.Build(model.Directory, manifest, kinds.First, kinds.Change, lanes, cancellationToken)).ConfigureAwait(false));
        }
    }

    private static string DescribeGraph(Manifest manifest, bool temporary) =>
        EngineSession.IsFinished(manifest, temporary) ? "as it was optimised"
        : manifest.Engine is { } engine && !engine.Fits(EngineSession.EngineVersion) ? $"optimised again: it was by {engine.Name} {engine.Version}"
        : "optimised here";

    private async Task<UnsealedModel> LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await loader.LoadAsync(progress, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            // Plaintext of half a model serves nobody, and may lie there for as long as the other half is waited for.
            loader.Discard();
            throw;
        }
    }

    private static ModelFacts FactsOf(Manifest manifest) =>
        new(manifest.Name, manifest.Version, manifest.Files.Sum(file => file.Size), manifest.Precision, manifest.MaxSequence);

    private Dictionary<string, string> Describe(WorkerPlan plan, PlacementReport report, SessionKinds kinds, Manifest manifest)
    {
        if (report.Affinity != SystemCallResult.Ok.ToString())
        {
            WorkerLog.NotPinned(logger, report.Affinity);
        }

        if (report.MemoryPolicy != SystemCallResult.Ok.ToString())
        {
            WorkerLog.MemoryNotPlaced(logger, config.MemoryNode, report.MemoryPolicy);
        }

        return new Dictionary<string, string>
        {
            ["engine"] = EngineSession.EngineVersion,
            ["graph"] = DescribeGraph(manifest, kinds.Change),
            ["weights"] = kinds.First == SessionKind.Mapped ? "mapped" : "prepacked",
            ["lanes"] = $"{plan.Lanes.Count}",
            ["placement"] = plan.Summary(),
            ["cores"] = report.Affinity == SystemCallResult.Ok.ToString() ? string.Join(',', report.ActualLanes) : $"not pinned ({report.Affinity})",
            ["memory"] = report.Weights ?? "not asked",
            ["instructions"] = string.Join(", ", report.Instructions.DefaultIfEmpty("not known")),
        };
    }

    /// <summary>What a failed start is said to be; the text of what has no code stays out of it.</summary>
    internal static TsfException AsTsf(Exception exception) => exception as TsfException
        ?? TsfErrors.Internal.With($"The start failed: {exception.GetType().Name}.", exception);

    private async Task EndAsync(TsfException exception, CancellationToken stoppingToken)
    {
        outcome.ExitCode = ExitCodeOf(exception);
        await Task.Delay(FailedStay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lifetime.StopApplication();
    }

    private static int ExitCodeOf(TsfException exception) => IsRetryable(exception) ? ExitCodes.Retryable : ExitCodes.Refused;

    // What another time could change: a service that did not answer, a blob that was being replaced, a volume that others filled,
    // or something that no code describes.
    internal static bool IsRetryable(TsfException exception) =>
        exception.Error.HttpStatus is 502 or 503 or 504 || exception.RetryAfterSeconds is not null || exception.Error == TsfErrors.Internal
        || exception.Error == TsfErrors.BlobChanged || exception.Error == TsfErrors.NoSpace;
}
