using System.Globalization;
using TrustedServe.Protocol.Errors;
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
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<WorkerStart> logger) : BackgroundService
{
    /// <summary>How long a failed worker stays, so that who watches reads why.</summary>
    private static readonly TimeSpan FailedStay = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await StartModelAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop in the middle of the start: there is nothing to drain.
        }
        catch (Exception exception)
        {
            await EndAsync(AsTsf(exception), stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task StartModelAsync(CancellationToken cancellationToken)
    {
        // The runtime's thread pool runs what blocks: the session is built by one thread for seconds.
        await Task.Yield();
        var model = await loader.LoadAsync(progress, cancellationToken).ConfigureAwait(false);
        OnnxSession? session = null;
        LaneScheduler? scheduler = null;
        try
        {
            ITaskPipeline pipeline;
            try
            {
                session = OnnxSession.Load(model.Directory, model.Manifest);
                pipeline = TaskPipelines.Create(model.Directory, model.Manifest, session);
            }
            finally
            {
                loader.Discard();
            }

            scheduler = new LaneScheduler(LaneCores(), config.QueueCapacity, time, logger);
            progress.Publish(StartStep.Types.Phase.Session, await DescribeAsync(scheduler).ConfigureAwait(false));
            var difference = await WarmupRunner.RunAsync(model.Manifest.Warmup, pipeline, scheduler, cancellationToken).ConfigureAwait(false);
            progress.Publish(StartStep.Types.Phase.Warmed, new Dictionary<string, string>
            {
                ["samples"] = $"{model.Manifest.Warmup.Count}",
                ["largest-difference"] = difference.ToString("g3", CultureInfo.InvariantCulture),
            });
            slot.Set(new LoadedModel(model, session, pipeline, scheduler));
            WorkerLog.Ready(logger, model.Manifest.Name, model.Manifest.Version, model.Trust);
            progress.Publish(StartStep.Types.Phase.Ready);
        }
        catch
        {
            scheduler?.Dispose();
            session?.Dispose();
            throw;
        }
    }

    private int[] LaneCores()
    {
        var cores = CpuAffinity.AllowedCores();
        var lanes = config.Lanes > 0 ? config.Lanes : cores.Length;
        return [.. Enumerable.Range(0, lanes).Select(lane => cores[lane % cores.Length])];
    }

    private async Task<Dictionary<string, string>> DescribeAsync(LaneScheduler scheduler)
    {
        var answers = await Task.WhenAll(scheduler.Lanes.Select(lane => lane.Pinned)).ConfigureAwait(false);
        var refused = answers.FirstOrDefault(answer => answer != 0);
        if (refused != 0)
        {
            WorkerLog.NotPinned(logger, refused);
        }

        return new Dictionary<string, string>
        {
            ["engine"] = OnnxSession.EngineVersion,
            ["lanes"] = $"{scheduler.Lanes.Count}",
            ["cores"] = refused == 0 ? string.Join(',', scheduler.Lanes.Select(lane => lane.Core)) : $"not pinned (error {refused})",
        };
    }

    private static TsfException AsTsf(Exception exception) => exception as TsfException
        ?? TsfErrors.Internal.With($"The start failed: {exception.GetType().Name}.", exception);

    private async Task EndAsync(TsfException exception, CancellationToken stoppingToken)
    {
        var retryable = IsRetryable(exception);
        outcome.ExitCode = retryable ? ExitCodes.Retryable : ExitCodes.Refused;
        WorkerLog.StartFailed(logger, exception.Code, exception.Message, exception.InnerException?.GetType().Name);
        progress.Fail(exception, retryable);
        await Task.Delay(FailedStay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lifetime.StopApplication();
    }

    // What another time could change: a service that did not answer, or something that no code describes.
    private static bool IsRetryable(TsfException exception) =>
        exception.Error.HttpStatus is 502 or 503 or 504 || exception.RetryAfterSeconds is not null || exception.Error == TsfErrors.Internal;
}
