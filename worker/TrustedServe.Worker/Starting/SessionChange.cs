using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Workers;
using TrustedServe.Worker.Hosting;
using TrustedServe.Worker.Lanes;
using TrustedServe.Worker.Sessions;
using TrustedServe.Worker.Tasks;
using TrustedServe.Worker.Warmup;

namespace TrustedServe.Worker.Starting;

/// <summary>Takes a model that answers from mapped weights over to prepacked ones.</summary>
/// <remarks>
/// 0. Those who waited for the model are answered first: building a session slows just them, who have waited longest. Not for ever, since
///    all others gain by the change.
/// 1. The new session is built beside the running one, on one thread that has its full share of the cores: while it is built all answers
///    come from mapped weights, slower by up to a half. A thread that made way for busy lanes took ten times as long over it.
/// 2. It must reproduce the warm-up samples as the first one did.
/// 3. It takes the running one's place between two calls; the old one ends with its last call.
/// 4. The plaintext files lose their names; what is still mapped goes with the session that maps it.
/// What fails on the way leaves the model as it was: the running session has shown that it answers right.
/// </remarks>
internal sealed class SessionChange(WorkerConfig config, IModelLoader loader, StartTimeline timeline, TimeProvider time, ILogger logger)
{
    // Who is held comes at once; a model that is under load from the first moment on changes all the same.
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);

    /// <summary>Carries it out.</summary>
    /// <param name="model">The model.</param>
    /// <param name="serving">The scheduler of its lanes.</param>
    /// <param name="running">What its lanes call.</param>
    /// <param name="lanes">The cores of each lane.</param>
    /// <param name="stopping">Cancelled when the worker stops.</param>
    public async Task RunAsync(UnsealedModel model, LaneScheduler serving, ModelSessions running, IReadOnlyList<IReadOnlyList<int>> lanes, CancellationToken stopping)
    {
        var begun = time.GetTimestamp();
        var seconds = 0.0;
        try
        {
            await LetAnswerAsync(serving, stopping).ConfigureAwait(false);
            begun = time.GetTimestamp();
            await ReplaceAsync(model, running, lanes, stopping).ConfigureAwait(false);
            seconds = Math.Round(time.GetElapsedTime(begun).TotalSeconds, 2);
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
        finally
        {
            // 4
            loader.Discard();
        }

        if (running.Kind == SessionKind.Prepacked)
        {
            WorkerLog.Prepacked(logger, seconds, ProcessPages.Own());
        }
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

    private async Task ReplaceAsync(UnsealedModel model, ModelSessions running, IReadOnlyList<IReadOnlyList<int>> lanes, CancellationToken stopping)
    {
        // 1
        ModelSessions candidate;
        using (timeline.Begin("prepack"))
        {
            candidate = new ModelSessions(await new PlacedThreads(config).RunAsync(
                "prepack", () => SessionSet.Build(model.Directory, model.Manifest, SessionKind.Prepacked, temporary: false, lanes, stopping)).ConfigureAwait(false));
        }

        await using (candidate)
        {
            // 2
            using (timeline.Begin("prepacked warm-up"))
            using (var scheduler = new LaneScheduler([lanes[0][0]], config.QueueCapacity, LaneLimits.Of(model.Manifest), time, logger))
            {
                var pipeline = TaskPipelines.Create(model.Directory, model.Manifest, candidate);
                await WarmupRunner.RunAsync(model.Manifest.Warmup, pipeline, scheduler, new StartPortion(), stopping).ConfigureAwait(false);
            }

            // 3
            using (timeline.Begin("change"))
            {
                await running.ReplaceAsync(candidate.Release()).ConfigureAwait(false);
            }
        }
    }
}
