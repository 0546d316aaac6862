namespace TrustedServe.Functions.Signals;

/// <summary>What the signals for scaling say; event ids 2701 to 2799.</summary>
internal static partial class SignalLog
{
    [LoggerMessage(2701, LogLevel.Warning, "The queue cannot be looked at for scaling (status {Status}, {ServiceCode}): what was seen last ages; looking again with growing pauses")]
    public static partial void QueueUnseen(ILogger logger, int status, string? serviceCode);

    [LoggerMessage(2702, LogLevel.Information, "The queue can be looked at for scaling again")]
    public static partial void QueueSeenAgain(ILogger logger);

    [LoggerMessage(2703, LogLevel.Warning, "Measured costs cannot be kept in the queue's metadata (status {Status}, {ServiceCode}): the next instance begins with assumed ones; setting metadata needs the right to write the queue, or set Signals:KeepMeasurements to false")]
    public static partial void NotKept(ILogger logger, int status, string? serviceCode);
}
