using TrustedServe.Protocol.Waiting;
using TrustedServe.Worker.Hosting;

namespace TrustedServe.Worker.Starting;

/// <summary>
/// Keeps a start that only waits for others from failing. What it waits for is said once for each cause: in the log, and as a step,
/// which the front end's start-up probe shows.
/// </summary>
internal sealed class StartWait(StartProgress progress, TimeProvider time, ILogger logger)
{
    /// <summary>Runs attempts until one succeeds or fails for good.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> attempt, CancellationToken stopping)
    {
        IDisposable? waiting = null;
        var patience = new Patience(time, cause =>
        {
            waiting ??= progress.Timeline.Begin("waiting");
            if (progress.Wait(cause))
            {
                WorkerLog.StartWaits(logger, cause.Code, cause.Message, Patience.LongestPauseSeconds);
            }
        });
        try
        {
            return await patience.RunAsync(attempt, stopping).ConfigureAwait(false);
        }
        finally
        {
            waiting?.Dispose();
        }
    }
}
