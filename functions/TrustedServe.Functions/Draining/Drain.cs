namespace TrustedServe.Functions.Draining;

/// <summary>The end of an instance, in order.</summary>
/// <remarks>
/// 1. Asked to end, it is not ready any more and takes no message from the queue.
/// 2. After the delay new requests are refused (TSF5008, Retry-After); until then they are served, since the balancer still sends some.
/// 3. What is in hand goes on. As soon as nothing is, the process ends; but for a moment it refuses, so that callers between two
///    requests hear a reason instead of finding the door shut in their face.
/// 4. When all but the reserve of the grace is over, or on a second signal, what is left is cut off: messages are handed back without
///    a try being counted, workers end, and requests that were with them are answered 503.
/// </remarks>
internal sealed partial class Drain(DrainOptions options, TimeProvider time, ILogger<Drain> logger)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    private readonly Lock gate = new();
    private readonly List<Func<long>> counters = [];

    // Never disposed, for which two without timers have no need: a signal may still come when everything else is.
    private readonly CancellationTokenSource begun = new();
    private readonly CancellationTokenSource cut = new();
    private volatile bool refuses;
    private Task? running;

    /// <summary>Whether the instance is ending.</summary>
    public bool HasBegun => begun.IsCancellationRequested;

    /// <summary>Whether new requests are refused.</summary>
    public bool Refuses => refuses;

    /// <summary>Cancelled as soon as the instance is to end.</summary>
    public CancellationToken Begun => begun.Token;

    /// <summary>Cancelled when what is in hand is cut off.</summary>
    public CancellationToken Cut => cut.Token;

    /// <summary>Adds something that can be in hand.</summary>
    /// <param name="inHand">How much of it is, at this moment.</param>
    public void Watch(Func<long> inHand)
    {
        lock (gate)
        {
            counters.Add(inHand);
        }
    }

    /// <summary>Begins to end; asked a second time, hurries.</summary>
    /// <param name="reason">Who asked, for the log.</param>
    /// <param name="skipDelay">Refuse new requests at once.</param>
    /// <returns>Completes when nothing is in hand any more, or it has been cut off.</returns>
    public Task Begin(string reason, bool skipDelay)
    {
        lock (gate)
        {
            if (running is not null)
            {
                LogHurried(logger, reason);
                Hurry();
                return running;
            }

            return Start(reason, skipDelay ? TimeSpan.Zero : options.Delay, skipDelay ? TimeSpan.Zero : options.Refusal);
        }
    }

    /// <summary>Begins to end without the delay; asked while that goes on already, leaves it as it is.</summary>
    /// <param name="reason">Who asked, for the log.</param>
    /// <returns>Completes when nothing is in hand any more, or it has been cut off.</returns>
    public Task Join(string reason)
    {
        lock (gate)
        {
            return running ?? Start(reason, TimeSpan.Zero, TimeSpan.Zero);
        }
    }

    /// <summary>Cuts off what is in hand.</summary>
    public void Hurry()
    {
        refuses = true;
        begun.Cancel();
        cut.Cancel();
    }

    private Task Start(string reason, TimeSpan delay, TimeSpan refusal)
    {
        LogBegun(logger, reason, options.GraceSeconds);
        return running = RunAsync(delay, refusal);
    }

    private async Task RunAsync(TimeSpan delay, TimeSpan refusal)
    {
        var started = time.GetTimestamp();
        await begun.CancelAsync(); // 1
        await Task.Delay(delay, time, cut.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        refuses = true; // 2
        var refused = time.GetTimestamp();
        while ((InHand() > 0 || time.GetElapsedTime(refused) < refusal)
            && !cut.IsCancellationRequested && time.GetElapsedTime(started) < options.Cut) // 3
        {
            await Task.Delay(Look, time, cut.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        var left = InHand();
        Hurry(); // 4
        LogDrained(logger, left, time.GetElapsedTime(started).TotalSeconds);
    }

    private long InHand()
    {
        lock (gate)
        {
            return counters.Sum(counter => counter());
        }
    }

    [LoggerMessage(2401, LogLevel.Information, "Ending ({Reason}): finishing what is in hand within {GraceSeconds} s")]
    private static partial void LogBegun(ILogger logger, string reason, int graceSeconds);

    [LoggerMessage(2402, LogLevel.Information, "Asked again ({Reason}): what is in hand is handed back now")]
    private static partial void LogHurried(ILogger logger, string reason);

    [LoggerMessage(2403, LogLevel.Information, "Drained after {Seconds:F1} s; {Left} in hand were cut off")]
    private static partial void LogDrained(ILogger logger, long left, double seconds);
}
