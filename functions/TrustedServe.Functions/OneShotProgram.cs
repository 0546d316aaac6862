using TrustedServe.Functions.Draining;
using TrustedServe.Functions.Queue;
using TrustedServe.Functions.Settings;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Hardening;

namespace TrustedServe.Functions;

/// <summary>One message and the end: what a KEDA ScaledJob starts for each.</summary>
/// <remarks>
/// 1. Take a message; without one there is nothing to do, and nothing else is started.
/// 2. Start the one worker that it needs. When that cannot be, the message goes back as it came.
/// 3. Carry the message to its end, as the queue trigger does, and say by the exit code how it ended.
/// </remarks>
internal static partial class OneShotProgram
{
    // How long the queue's answer is waited for once the process is asked to end; see QueuePump.
    private static readonly TimeSpan ReceiveGrace = TimeSpan.FromSeconds(5);

    /// <summary>Runs it.</summary>
    /// <returns>The exit code, see the help text of <see cref="CommandLine"/>.</returns>
    /// <exception cref="TsfException">TSF0xxx to TSF3xxx: it could not be started; a message that was taken has been handed back.</exception>
    public static async Task<int> RunAsync(CommandLine commandLine, HostSeams seams)
    {
        using var logging = LoggerFactory.Create(seams.Logging);
        var logger = logging.CreateLogger(typeof(OneShotProgram));
        var asked = new Asked();
        using var signals = new ProcessSignals(asked.Ask, name => LogIgnored(logger, name));
        var settings = await HostSettings.ReadAsync(commandLine, seams);
        if (settings.Options.Queue.Name is not { } queue)
        {
            throw TsfErrors.InvalidSettings.With("--once needs a queue: TrustedServe:Queue:Name is not set.");
        }

        await using var shot = new OneShot(settings.Options.Queue, settings.Host.Queues, seams.Time, logger);
        if (await TakeAsync(shot, queue, asked.Token, logger) is { } ended) // 1
        {
            return ended;
        }

        await using var host = await StartAsync(shot, settings, seams, asked); // 2
        if (commandLine.ExitOnStdinEof)
        {
            StandardInputEnd.Stops(host);
        }

        var end = await shot.FinishAsync(host.Services); // 3
        await host.StopAsync();
        return ExitCode(end);
    }

    /// <summary>How a message's end is told to whoever started the process.</summary>
    public static int ExitCode(MessageEnd end) => end switch
    {
        MessageEnd.Done => ExitCodes.Ended,
        MessageEnd.TriedInVain => ExitCodes.TriedInVain,
        MessageEnd.Poisoned => ExitCodes.Poisoned,
        MessageEnd.HandedBack => ExitCodes.HandedBack,
        MessageEnd.Lost => ExitCodes.Lost,
        MessageEnd.Unsettled => ExitCodes.Unsettled,
        _ => throw new ArgumentOutOfRangeException(nameof(end), end, "There is no such end."),
    };

    /// <summary>How a start that was refused is told: what is wrong here, or what was away elsewhere.</summary>
    public static int ExitCode(ErrorCode notStarted) => notStarted.Code[..4] switch
    {
        _ when notStarted == TsfErrors.Internal => ExitCodes.NotStarted,
        "TSF0" => ExitCodes.InvalidSettings,
        "TSF1" or "TSF2" or "TSF3" => ExitCodes.Unavailable,
        _ => ExitCodes.NotStarted,
    };

    private static async Task<int?> TakeAsync(OneShot shot, string queue, CancellationToken asked, ILogger logger)
    {
        using var receiving = new CancellationTokenSource();
        await using var ending = asked.Register(() => receiving.CancelAfter(ReceiveGrace));
        try
        {
            if (!await shot.TakeAsync(receiving.Token))
            {
                LogEmpty(logger, queue);
                return ExitCodes.Ended;
            }

            if (!asked.IsCancellationRequested)
            {
                return null;
            }

            await shot.HandBackAsync();
            return ExitCodes.HandedBack;
        }
        catch (OperationCanceledException) when (receiving.IsCancellationRequested)
        {
            return ExitCodes.HandedBack;
        }
        catch (TsfException unreachable) when (unreachable.Error == TsfErrors.StorageFailed)
        {
            LogUnreachable(logger, queue, unreachable.Code, unreachable.Message);
            return ExitCodes.Unreachable;
        }
    }

    private static async Task<FunctionsHost> StartAsync(OneShot shot, HostSettings settings, HostSeams seams, Asked asked)
    {
        FunctionsHost? host = null;
        try
        {
            var only = settings.Options with { Models = settings.Options.Models with { Only = shot.Wanted ?? (string.Empty, null) } };
            host = FunctionsHost.Build(settings with { Options = only }, seams with { Role = HostRole.OneShot });
            asked.HandOver(host);
            await host.StartAsync();
            return host;
        }
        catch
        {
            await shot.HandBackAsync();
            if (host is not null)
            {
                await host.DisposeAsync();
            }

            throw;
        }
    }

    [LoggerMessage(2501, LogLevel.Information, "Queue '{Queue}' is empty: nothing to do")]
    private static partial void LogEmpty(ILogger logger, string queue);

    [LoggerMessage(2502, LogLevel.Error, "Queue '{Queue}' cannot be read, {Code}: {Reason}")]
    private static partial void LogUnreachable(ILogger logger, string queue, string code, string reason);

    [LoggerMessage(2503, LogLevel.Warning, "{Signal} means nothing to this process; SIGTERM ends it")]
    private static partial void LogIgnored(ILogger logger, string signal);

    // Asked to end before there is a host that could be: remembered, so that no message is left in the air.
    private sealed class Asked
    {
        private readonly Lock gate = new();

        // Never disposed, for which one without a timer has no need: a signal that came before all was over may still be on its way.
        private readonly CancellationTokenSource source = new();
        private FunctionsHost? host;
        private string? first;

        public CancellationToken Token => source.Token;

        public void Ask(string signal)
        {
            lock (gate)
            {
                host?.Ask(signal);
                first ??= signal;
                source.Cancel();
            }
        }

        public void HandOver(FunctionsHost started)
        {
            lock (gate)
            {
                host = started;
                if (first is not null)
                {
                    host.Ask(first);
                }
            }
        }
    }
}
