using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Workers;
using TrustedServe.Worker.Hosting;
using TrustedServe.Worker.Lanes;
using TrustedServe.Worker.Services;
using TrustedServe.Worker.Sessions;
using TrustedServe.Worker.Tasks;
using TrustedServe.Worker.Warmup;

namespace TrustedServe.Worker.Starting;

/// <summary>Takes a model that answers from mapped weights over to prepacked ones.</summary>
/// <remarks>
/// 0. Those who waited for the model are answered first: building a session slows just them, who have waited longest. Not for ever, since
///    all others gain by the change.
/// 1. The warm-up samples that did not come before the first answer are run now, one after the other. One that differs ends the model.
/// 2. The new session is built beside the running one, on one thread that has its full share of the cores: while it is built all answers
///    come from mapped weights, slower by up to a half. A thread that made way for busy lanes took ten times as long over it.
/// 3. It must reproduce the warm-up samples as the first one did.
/// 4. It takes the running one's place between two calls; the old one ends with its last call.
/// 5. The plaintext files lose their names; what is still mapped goes with the session that maps it.
/// What fails from 2. on leaves the model as it was: the running one's graph, weights and kernels have shown that they answer right, in whole or by
/// the samples before the first answer.
/// </remarks>
internal sealed class SessionChange(WorkerConfig config, IModelLoader loader, StartTimeline timeline, TimeProvider time, ILogger logger)
{
    // Who is held comes at once; a model that is under load from the first moment on changes all the same.
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);

    /// <summary>Carries it out.</summary>
    /// <param name="model">The model.</param>
    /// <param name="warmup">Runs its samples on the running sessions.</param>
    /// <param name="lanes">The cores of each lane.</param>
    /// <param name="stopping">Cancelled when the worker stops.</param>
    /// <returns>Why the model may not be served any more; null when it may.</returns>
    public async Task<TsfException?> RunAsync(LoadedModel model, WarmupRunner warmup, IReadOnlyList<IReadOnlyList<int>> lanes, CancellationToken stopping)
    {
        TsfException? wrong = null;
        try
        {
            try
            {
                await LetAnswerAsync(model.Scheduler, stopping).ConfigureAwait(false);
                wrong = await FinishAsync(warmup, stopping).ConfigureAwait(false);
                if (wrong is null)
                {
                    var begun = time.GetTimestamp();
                    await ReplaceAsync(model.Package, model.Sessions, lanes, stopping).ConfigureAwait(false);
                    var seconds = Math.Round(time.GetElapsedTime(begun).TotalSeconds, 2);
                    var nodes = ProcessPages.Own();
                    model.Move(nodes);
                    WorkerLog.Prepacked(logger, seconds, nodes);
                }
            }
            finally
            {
                // 5
                loader.Discard();
            }
        }
        catch (Exception exception) when (stopping.IsCancellationRequested)
        {
            // The worker ends, and with it the session that runs; whatever that made fail is no failure of the change.
            WorkerLog.StartStopped(logger, exception.GetType().Name);
        }
        catch (Exception exception)
        {
            var failure = WorkerStart.AsTsf(exception);
            WorkerLog.NotPrepacked(logger, failure.Code, failure.Message);
        }

        return wrong;
    }

    // 0
    private async Task LetAnswerAsync(LaneScheduler serving, CancellationToken stopping)
    {
        var begun = time.GetTimestamp();
        await Task.Delay(FirstLook, time, stopping).ConfigureAwait(false);
        while (!serving.IsIdle && time.GetElapsedTime(begun) < LongestWait)
        {
            await Task.Delay(Look, time, stopping).ConfigureAwait(false);
        }
    }

    // 1
    private static async Task<TsfException?> FinishAsync(WarmupRunner warmup, CancellationToken stopping)
    {
        try
        {
            await warmup.RunAsync(null, stopping).ConfigureAwait(false);
            return null;
        }
        catch (TsfException exception) when (warmup.HasDiffered)
        {
            return exception;
        }
        catch (TsfException) when (!stopping.IsCancellationRequested)
        {
            // It got no answer beside the load, which says nothing of the model; the new session runs all of them, with nothing beside it.
            return null;
        }
    }

    private async Task ReplaceAsync(UnsealedModel model, ModelSessions running, IReadOnlyList<IReadOnlyList<int>> lanes, CancellationToken stopping)
    {
        // 2
        ModelSessions candidate;
        using (timeline.Begin("prepack"))
        {
            candidate = new ModelSessions(await new PlacedThreads(config).RunAsync(
                "prepack", () => SessionSet.Build(model.Directory, model.Manifest, SessionKind.Prepacked, temporary: false, lanes, stopping)).ConfigureAwait(false));
        }

        await using (candidate)
        {
            // 3
            using (timeline.Begin("prepacked warm-up"))
            using (var scheduler = new LaneScheduler([lanes[0][0]], config.QueueCapacity, LaneLimits.Of(model), time, logger))
            {
                var pipeline = TaskPipelines.Create(model.Directory, model.Manifest, candidate);
                await new WarmupRunner(model.Manifest.Warmup, pipeline, scheduler, new StartPortion(), time).RunAsync(null, stopping).ConfigureAwait(false);
            }

            // 4
            using (timeline.Begin("change"))
            {
                await running.ReplaceAsync(candidate.Release()).ConfigureAwait(false);
            }
        }
    }
}
