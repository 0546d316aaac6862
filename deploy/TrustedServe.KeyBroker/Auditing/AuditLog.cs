using System.Text.Json;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.KeyBroker.Auditing;

/// <summary>
/// Every decision as a line of <c>audit.jsonl</c> in the broker's folder, and in the log. A release whose line cannot be written
/// does not happen; its line is on the disk before the answer leaves. The file is only ever appended to; moving it away is safe
/// while the broker is stopped.
/// </summary>
internal sealed partial class AuditLog : IDisposable
{
    private readonly Lock gate = new();
    private readonly string path;
    private readonly FileStream file;
    private readonly ILogger logger;

    public AuditLog(string folder, ILogger logger)
    {
        this.logger = logger;
        path = Path.Combine(folder, "audit.jsonl");
        try
        {
            file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite,
                UnixCreateMode = DurableFile.OwnerOnly,
                BufferSize = 0,
            });
        }
        catch (Exception exception) when (FileErrors.IsKnown(exception))
        {
            throw FileErrors.Of(exception, path);
        }
    }

    /// <summary>Records a decision.</summary>
    /// <exception cref="TsfException">TSF0006 or TSF0008 when it cannot be written.</exception>
    public void Record(AuditEntry entry)
    {
        Log(logger, entry.Verdict == "allowed" ? LogLevel.Information : LogLevel.Warning, entry.Decision, entry.Verdict, entry.Resource, entry.Tee, entry.Measurement, entry.Rule, entry.Code, entry.Reason);
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(entry, StrictJson.Compact), (byte)'\n'];
        try
        {
            lock (gate)
            {
                file.Write(line);
                if (entry.Verdict == "allowed")
                {
                    file.Flush(flushToDisk: true);
                }
            }
        }
        catch (Exception exception) when (FileErrors.IsKnown(exception))
        {
            throw FileErrors.Of(exception, path);
        }
    }

    public void Dispose() => file.Dispose();

    [LoggerMessage(EventId = 3001, Message = "{Decision} {Verdict}: resource {Resource}, tee {Tee}, measurement {Measurement}, rule {Rule}, {Code} {Reason}")]
    private static partial void Log(ILogger logger, LogLevel level, string decision, string verdict, string? resource, string? tee, string? measurement, string? rule, string? code, string? reason);
}
