using TrustedServe.Protocol.Hardening;

namespace TrustedServe.Functions.Draining;

/// <summary>Turns signals into a drain. Those that mean nothing here are named in the log instead of ending the process.</summary>
internal sealed partial class DrainLifetime(Drain drain, IHostApplicationLifetime application, ILogger<DrainLifetime> logger) : IHostLifetime, IDisposable
{
    // Only this one comes from something that balances requests; the others are a person's, a terminal's end, or the machine's.
    private const string Balanced = "SIGTERM";

    private ProcessSignals? signals;

    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        signals = new ProcessSignals(signal => _ = AskAsync(signal), signal => LogIgnored(logger, signal));
        return Task.CompletedTask;
    }

    /// <summary>Ends the host once drained, as a signal asks; the second one hurries.</summary>
    /// <param name="signal">Its name.</param>
    public Task AskAsync(string signal) => StopAfterAsync(drain.Begin(signal, skipDelay: signal != Balanced));

    /// <summary>Ends the host once drained. An end that has begun is not hurried by it.</summary>
    /// <param name="reason">Who asked, for the log.</param>
    public Task EndAsync(string reason) => StopAfterAsync(drain.Join(reason));

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => signals?.Dispose();

    private async Task StopAfterAsync(Task drained)
    {
        await drained;
        application.StopApplication();
    }

    [LoggerMessage(2404, LogLevel.Warning, "{Signal} means nothing to this process; SIGTERM ends it")]
    private static partial void LogIgnored(ILogger logger, string signal);
}
