using TrustedServe.Protocol.Placement;

namespace TrustedServe.Worker.Hosting;

/// <summary>Everything that a worker logs; event ids 5001 to 5099. Never a value of an input or output, never a key.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(5001, LogLevel.Information, "Process hardened: {Details}")]
    public static partial void Hardened(ILogger logger, string details);

    [LoggerMessage(5002, LogLevel.Information, "Model {Model} {Version} is ready; trust: {Trust}")]
    public static partial void Ready(ILogger logger, string model, string version, string trust);

    [LoggerMessage(5003, LogLevel.Error, "The start failed: {Code} {Reason} (cause: {Cause})")]
    public static partial void StartFailed(ILogger logger, string code, string reason, string? cause);

    [LoggerMessage(5004, LogLevel.Warning, "Lanes are not pinned to cores: sched_setaffinity answered {Answer}")]
    public static partial void NotPinned(ILogger logger, string answer);

    [LoggerMessage(5005, LogLevel.Warning, "A connection of user {User} was refused: only the worker's own user may connect")]
    public static partial void PeerRefused(ILogger logger, uint? user);

    [LoggerMessage(5006, LogLevel.Error, "A request failed on its lane with {ExceptionType}")]
    public static partial void RequestFailed(ILogger logger, string exceptionType);

    [LoggerMessage(5007, LogLevel.Debug, "A request was answered {Code}")]
    public static partial void RequestRefused(ILogger logger, string code);

    [LoggerMessage(5008, LogLevel.Information, "The start was stopped ({ExceptionType})")]
    public static partial void StartStopped(ILogger logger, string exceptionType);

    [LoggerMessage(5009, LogLevel.Information, "Attested again; trust: {Trust}. The next time is within {Seconds} s")]
    public static partial void AttestedAgain(ILogger logger, string trust, double seconds);

    [LoggerMessage(5010, LogLevel.Warning, "Attesting again failed: {Code} {Reason} Tried again in {Seconds} s; the attestation is good for another {Left} s")]
    public static partial void AttestationFailed(ILogger logger, string code, string reason, double seconds, double left);

    [LoggerMessage(5011, LogLevel.Error, "The attestation is not renewed, the worker stops serving: {Code} {Reason}")]
    public static partial void AttestationEnded(ILogger logger, string code, string reason);

    [LoggerMessage(5012, LogLevel.Information, "The weights are prepacked now; the change took {Seconds} s beside the answers; the worker's memory lies on {Nodes}")]
    public static partial void Prepacked(ILogger logger, double seconds, PageNodes nodes);

    [LoggerMessage(5013, LogLevel.Warning, "The weights stay mapped, the model goes on as it is: {Code} {Reason}")]
    public static partial void NotPrepacked(ILogger logger, string code, string reason);

    [LoggerMessage(5014, LogLevel.Warning, "The start waits, {Code}: {Reason} Asked again in pauses that grow to {Seconds} s")]
    public static partial void StartWaits(ILogger logger, string code, string reason, double seconds);

    [LoggerMessage(5015, LogLevel.Warning, "Memory does not come from node {Node} first: set_mempolicy answered {Answer}")]
    public static partial void MemoryNotPlaced(ILogger logger, int? node, string answer);

    [LoggerMessage(5016, LogLevel.Error, "A warm-up sample that came after the first answers failed, the worker stops serving: {Code} {Reason}")]
    public static partial void Withdrawn(ILogger logger, string code, string reason);

    [LoggerMessage(5030, LogLevel.Information, "Placed on node {Node}, cores {Cores}: sched_setaffinity answered {Answer}")]
    public static partial void Placed(ILogger logger, int? node, string cores, SystemCallResult answer);
}
