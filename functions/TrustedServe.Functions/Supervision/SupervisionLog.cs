using TrustedServe.Protocol.Placement;

namespace TrustedServe.Functions.Supervision;

/// <summary>What supervision logs. Event ids 21xx.</summary>
internal static partial class SupervisionLog
{
    [LoggerMessage(2101, LogLevel.Information, "{Model} {Version}: {Phase} after {Seconds} s {Details} {Code} {Reason}")]
    public static partial void Step(ILogger logger, string model, string version, string phase, double seconds, string details, string code, string reason);

    [LoggerMessage(EventId = 2102, Message = "{Model} {Version}: {Line}")]
    public static partial void WorkerLine(ILogger logger, LogLevel level, string model, string version, string line);

    [LoggerMessage(2103, LogLevel.Information, "{Model} {Version}: worker started as process {Process}")]
    public static partial void Started(ILogger logger, string model, string version, int process);

    [LoggerMessage(2104, LogLevel.Warning, "{Model} {Version}: worker ended ({Kind}, {Code}: {Reason}); next start in {Seconds} s")]
    public static partial void Restarting(ILogger logger, string model, string version, WorkerEndKind kind, string code, string reason, double seconds);

    [LoggerMessage(2105, LogLevel.Error, "{Model} {Version}: not started again until the front end is: {Code}: {Reason}")]
    public static partial void GivenUp(ILogger logger, string model, string version, string code, string reason);

    [LoggerMessage(2106, LogLevel.Critical, "{Model} {Version}: supervision failed")]
    public static partial void SupervisionFailed(ILogger logger, string model, string version, Exception exception);

    [LoggerMessage(2107, LogLevel.Information, "Placement: front end on cores {Cores} ({Sharing}: {Reason}); workers on {Workers}; {Notes}")]
    public static partial void Planned(ILogger logger, string cores, string sharing, string reason, string workers, string notes);

    [LoggerMessage(2108, LogLevel.Warning, "The front end is not kept to its cores: sched_setaffinity answered {Answer}")]
    public static partial void NotPinned(ILogger logger, SystemCallResult answer);

    [LoggerMessage(2109, LogLevel.Information, "{Model} {Version}: a request of a lost worker goes to another")]
    public static partial void Retried(ILogger logger, string model, string version);
}
