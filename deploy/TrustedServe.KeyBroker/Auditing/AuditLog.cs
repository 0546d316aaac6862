using TrustedServe.Protocol.Errors;

namespace TrustedServe.KeyBroker.Auditing;

/// <summary>
/// Every decision as a line of a file in the broker's folder, and in the log: in <c>audit.jsonl</c> what was decided about guests that
/// a rule of the policy accepts, in <c>audit-strangers.jsonl</c> what about all others, who could push the former out otherwise. A
/// release whose line cannot be written does not happen; its line is on the disk before the answer leaves.
/// </summary>
internal sealed partial class AuditLog : IDisposable
{
    /// <summary>The size from which a file counts as full: some 100,000 lines.</summary>
    public const long DefaultFullSize = 64 << 20;

    private readonly Lock gate = new();
    private readonly ILogger logger;
    private readonly AuditFile file;
    private readonly StrangerLog strangers;

    public AuditLog(string folder, ILogger logger, TimeProvider time, long fullSize = DefaultFullSize)
    {
        this.logger = logger;
        file = new AuditFile(folder, "audit", fullSize);
        strangers = new StrangerLog(folder, logger, time);
    }

    /// <summary>Records a decision on a guest that a rule accepts.</summary>
    /// <exception cref="TsfException">TSF0006 or TSF0008 when it cannot be written.</exception>
    public void Record(AuditEntry entry)
    {
        Log(entry, entry.Verdict == "allowed" ? LogLevel.Information : LogLevel.Warning);
        lock (gate)
        {
            file.Write(entry, durable: entry.Verdict == "allowed");
        }
    }

    /// <summary>Records a decision on anybody else.</summary>
    public void RecordStranger(AuditEntry entry)
    {
        Log(entry, LogLevel.Debug);
        strangers.Record(entry);
    }

    /// <summary>Writes what waits.</summary>
    public void Dispose() => strangers.Dispose();

    private void Log(AuditEntry entry, LogLevel level) =>
        LogDecision(logger, level, entry.Decision, entry.Verdict, entry.Resource, entry.Tee, entry.Measurement, entry.Rule, entry.Code, entry.Reason);

    [LoggerMessage(EventId = 3001, Message = "{Decision} {Verdict}: resource {Resource}, tee {Tee}, measurement {Measurement}, rule {Rule}, {Code} {Reason}")]
    private static partial void LogDecision(ILogger logger, LogLevel level, string decision, string verdict, string? resource, string? tee, string? measurement, string? rule, string? code, string? reason);
}
