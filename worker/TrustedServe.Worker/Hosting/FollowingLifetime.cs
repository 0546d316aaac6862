using TrustedServe.Protocol.Hardening;

namespace TrustedServe.Worker.Hosting;

/// <summary>
/// The worker's drain follows its front end's. A signal to the whole group or pod reaches both at once, and the front end still has
/// requests in hand that only the worker can answer: so the worker goes on until the front end ends it (the pipe), until the time to
/// drain is over, or until it is asked a second time.
/// </summary>
internal sealed partial class FollowingLifetime(TimeSpan drain, IHostApplicationLifetime application, TimeProvider time, ILogger<FollowingLifetime> logger) : IHostLifetime, IDisposable
{
    private ProcessSignals? signals;
    private int asked;

    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        signals = new ProcessSignals(Ask, signal => LogIgnored(logger, signal));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => signals?.Dispose();

    private void Ask(string signal)
    {
        if (Interlocked.Increment(ref asked) > 1)
        {
            application.StopApplication();
            return;
        }

        LogFollowing(logger, signal, drain.TotalSeconds);
        _ = StopAfterAsync();
    }

    private async Task StopAfterAsync()
    {
        await Task.Delay(drain, time, application.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        application.StopApplication();
    }

    [LoggerMessage(1401, LogLevel.Information, "Asked to end ({Signal}): answering until the front end ends this process, at most {Seconds} s")]
    private static partial void LogFollowing(ILogger logger, string signal, double seconds);

    [LoggerMessage(1402, LogLevel.Warning, "{Signal} means nothing to this process")]
    private static partial void LogIgnored(ILogger logger, string signal);
}
