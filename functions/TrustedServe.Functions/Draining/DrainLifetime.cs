using System.Runtime.InteropServices;

namespace TrustedServe.Functions.Draining;

/// <summary>Turns signals into a drain. Those that mean nothing here are named in the log instead of ending the process.</summary>
internal sealed partial class DrainLifetime(Drain drain, IHostApplicationLifetime application, ILogger<DrainLifetime> logger) : IHostLifetime, IDisposable
{
    private const PosixSignal User1 = (PosixSignal)10;
    private const PosixSignal User2 = (PosixSignal)12;

    private readonly List<PosixSignalRegistration> registrations = [];

    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        // Only SIGTERM comes from something that balances requests; the others are a person's, or a terminal's end.
        Register(PosixSignal.SIGTERM, "SIGTERM", skipDelay: false);
        Register(PosixSignal.SIGINT, "SIGINT", skipDelay: true);
        Register(PosixSignal.SIGQUIT, "SIGQUIT", skipDelay: true);
        Register(PosixSignal.SIGHUP, "SIGHUP", skipDelay: true);
        registrations.Add(PosixSignalRegistration.Create(User1, Ignore));
        registrations.Add(PosixSignalRegistration.Create(User2, Ignore));
        return Task.CompletedTask;
    }

    /// <summary>Ends the host once drained.</summary>
    public async Task EndAsync(string reason, bool skipDelay)
    {
        await drain.Begin(reason, skipDelay);
        application.StopApplication();
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => registrations.ForEach(registration => registration.Dispose());

    private void Register(PosixSignal signal, string name, bool skipDelay) => registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        _ = EndAsync(name, skipDelay);
    }));

    private void Ignore(PosixSignalContext context)
    {
        context.Cancel = true;
        LogIgnored(logger, (int)context.Signal);
    }

    [LoggerMessage(2404, LogLevel.Warning, "Signal {Signal} means nothing to this process; SIGTERM ends it")]
    private static partial void LogIgnored(ILogger logger, int signal);
}
