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
    AttestationRenewal renewal,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<WorkerStart> logger) : BackgroundService
{
    /// <summary>How long a worker that ends stays, so that who watches or asks reads why. What is in hand may take longer.</summary>
    private static readonly TimeSpan FailedStay = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var attested = time.GetTimestamp();
        try
        {
            await StartModelAsync(stoppingToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop in the middle of the start: there is nothing to drain, and whatever it made fail is no failure of the model.
            WorkerLog.StartStopped(logger, exception.GetType().Name);
            return;
        }
        catch (Exception exception)
        {
            var failure = AsTsf(exception);
            WorkerLog.StartFailed(logger, failure.Code, failure.Message, failure.InnerException?.GetType().Name);
            progress.Fail(failure, IsRetryable(failure));
            await EndAsync(failure, stoppingToken).ConfigureAwait(false);
            return;
        }

        if (await renewal.RunAsync(attested, stoppingToken).ConfigureAwait(false) is { } reason)
        {
            slot.Close();
            WorkerLog.AttestationEnded(logger, reason.Code, reason.Message);
            await EndAsync(reason, stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task StartModelAsync(CancellationToken cancellationToken)
    {
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

            scheduler = new LaneScheduler(LaneCores(), config.QueueCapacity, LaneLimits.Of(model.Manifest), time, logger);
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

    /// <summary>What a failed start is said to be; the text of what has no code stays out of it.</summary>
    internal static TsfException AsTsf(Exception exception) => exception as TsfException
        ?? TsfErrors.Internal.With($"The start failed: {exception.GetType().Name}.", exception);

    private async Task EndAsync(TsfException exception, CancellationToken stoppingToken)
    {
        outcome.ExitCode = IsRetryable(exception) ? ExitCodes.Retryable : ExitCodes.Refused;
        await Task.Delay(FailedStay, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lifetime.StopApplication();
    }

    // What another time could change: a service that did not answer, a blob that was being replaced, a volume that others filled,
    // or something that no code describes.
    internal static bool IsRetryable(TsfException exception) =>
        exception.Error.HttpStatus is 502 or 503 or 504 || exception.RetryAfterSeconds is not null || exception.Error == TsfErrors.Internal
        || exception.Error == TsfErrors.BlobChanged || exception.Error == TsfErrors.NoSpace;
}
