using System.Runtime.InteropServices;
using TrustedServe.Functions.Draining;
using TrustedServe.Functions.Queue;
using TrustedServe.Functions.Settings;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions;

/// <summary>One message and the end: what a KEDA ScaledJob starts for each.</summary>
/// <remarks>
/// 1. Take a message; without one there is nothing to do, and nothing else is started.
/// 2. Start the one worker that it needs.
/// 3. Carry the message to its end, as the queue trigger does, and say by the exit code how it ended.
/// </remarks>
internal static partial class OneShotProgram
{
    /// <summary>The queue cannot be read.</summary>
    public const int Unreachable = 15;

    /// <summary>Runs it.</summary>
    /// <returns>The exit code, see the help text of <see cref="CommandLine"/>.</returns>
    /// <exception cref="TsfException">TSF0xxx or TSF2xxx: it could not be started; a message that was taken has been handed back.</exception>
    public static async Task<int> RunAsync(CommandLine commandLine, HostSeams seams)
    {
        // Asked to end before there is a host that could be: remembered, so that no message is left in the air.
        var asked = false;
        using var early = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => asked = context.Cancel = true);
        using var logging = LoggerFactory.Create(seams.Logging);
        var logger = logging.CreateLogger(typeof(OneShotProgram));
        var settings = await HostSettings.ReadAsync(commandLine, seams);
        if (settings.Options.Queue.Name is null)
        {
            throw TsfErrors.Usage.With("--once needs a queue: set TrustedServe:Queue:Name.");
        }

        var shot = new OneShot(settings.Options.Queue, settings.Host.Queues, seams.Time);
        try
        {
            if (!await shot.TakeAsync(CancellationToken.None)) // 1
            {
                LogEmpty(logger, settings.Options.Queue.Name);
                return 0;
            }
        }
        catch (TsfException unreachable) when (unreachable.Error == TsfErrors.StorageFailed)
        {
            LogUnreachable(logger, settings.Options.Queue.Name, unreachable.Code, unreachable.Message);
            return Unreachable;
        }

        var only = settings.Options with { Models = settings.Options.Models with { Only = shot.Wanted ?? (string.Empty, null) } };
        await using var host = FunctionsHost.Build(settings with { Options = only }, seams with { Role = HostRole.OneShot });
        try
        {
            await host.StartAsync(); // 2
        }
        catch (TsfException)
        {
            await shot.HandBackAsync(host.Services);
            throw;
        }

        if (commandLine.ExitOnStdinEof)
        {
            StandardInputEnd.Stops(host);
        }

        if (asked)
        {
            host.Stop("SIGTERM");
        }

        var end = await shot.FinishAsync(host.Services); // 3
        await host.StopAsync();
        return ExitCode(end);
    }

    /// <summary>How a message's end is told to whoever started the process.</summary>
    public static int ExitCode(MessageEnd end) => end switch
    {
        MessageEnd.Done => 0,
        MessageEnd.TriedInVain => 10,
        MessageEnd.Poisoned => 11,
        MessageEnd.HandedBack => 12,
        MessageEnd.Lost => 13,
        MessageEnd.Unsettled => 14,
        _ => throw new ArgumentOutOfRangeException(nameof(end), end, "There is no such end."),
    };

    [LoggerMessage(2501, LogLevel.Information, "Queue '{Queue}' is empty: nothing to do")]
    private static partial void LogEmpty(ILogger logger, string queue);

    [LoggerMessage(2502, LogLevel.Error, "Queue '{Queue}' cannot be read, {Code}: {Reason}")]
    private static partial void LogUnreachable(ILogger logger, string queue, string code, string reason);
}
