using System.Text.Json;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.KeyBroker.Auditing;

/// <summary>
/// Every decision on evidence as a line of <c>audit.jsonl</c> in the broker's folder, and in the log. A release whose line cannot be
/// written does not happen; its line is on the disk before the answer leaves. Refusals of callers who show neither a session nor
/// a token that verifies are only counted, and written as one line a minute at most: whoever reaches the port could fill the disk
/// otherwise. A full file becomes <c>audit.1.jsonl</c> in place of the one before it.
/// </summary>
internal sealed partial class AuditLog : IDisposable
{
    /// <summary>The size from which a file counts as full: some 100,000 lines.</summary>
    public const long DefaultFullSize = 64 << 20;

    private static readonly TimeSpan CountingTime = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly string path;
    private readonly string previous;
    private readonly long fullSize;
    private readonly ILogger logger;
    private readonly Dictionary<string, long> strangers = new(StringComparer.Ordinal);
    private DateTimeOffset countedAt = DateTimeOffset.MinValue;
    private FileStream file;

    public AuditLog(string folder, ILogger logger, long fullSize = DefaultFullSize)
    {
        (this.logger, this.fullSize) = (logger, fullSize);
        path = Path.Combine(folder, "audit.jsonl");
        previous = Path.Combine(folder, "audit.1.jsonl");
        try
        {
            file = Open();
        }
        catch (Exception exception) when (FileErrors.IsKnown(exception))
        {
            throw FileErrors.Of(exception, path);
        }
    }

    /// <summary>Records a decision on a caller who has a session or a token that verified.</summary>
    /// <exception cref="TsfException">TSF0006 or TSF0008 when it cannot be written.</exception>
    public void Record(AuditEntry entry)
    {
        Log(logger, entry.Verdict == "allowed" ? LogLevel.Information : LogLevel.Warning, entry.Decision, entry.Verdict, entry.Resource, entry.Tee, entry.Measurement, entry.Rule, entry.Code, entry.Reason);
        Guard(() =>
        {
            WriteCounts(entry.Time);
            Write(entry);
            if (entry.Verdict == "allowed")
            {
                file.Flush(flushToDisk: true);
            }
        });
    }

    /// <summary>Counts a refusal of a caller who has neither.</summary>
    /// <exception cref="TsfException">TSF0006 or TSF0008 when the counts are due and cannot be written.</exception>
    public void CountStranger(AuditEntry entry)
    {
        Log(logger, LogLevel.Debug, entry.Decision, entry.Verdict, entry.Resource, entry.Tee, entry.Measurement, entry.Rule, entry.Code, entry.Reason);
        Guard(() =>
        {
            var code = entry.Code ?? "";
            strangers[code] = strangers.GetValueOrDefault(code) + 1;
            WriteCounts(entry.Time);
        });
    }

    /// <summary>Writes what was counted since the last line, and closes the file.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (file.CanWrite)
            {
                try
                {
                    WriteCounts(countedAt + CountingTime);
                }
                catch (Exception exception) when (FileErrors.IsKnown(exception))
                {
                    LogCountsLost(logger, FileErrors.Of(exception, path).Code);
                }

                file.Dispose();
            }
        }
    }

    private void Guard(Action action)
    {
        try
        {
            lock (gate)
            {
                action();
            }
        }
        catch (Exception exception) when (FileErrors.IsKnown(exception))
        {
            throw FileErrors.Of(exception, path);
        }
    }

    private void WriteCounts(DateTimeOffset now)
    {
        if (strangers.Count == 0 || now - countedAt < CountingTime)
        {
            return;
        }

        countedAt = now;
        Write(new AuditEntry { Time = countedAt, Decision = "strangers", Verdict = "refused", Counts = new SortedDictionary<string, long>(strangers, StringComparer.Ordinal) });
        strangers.Clear();
    }

    private void Write(AuditEntry entry)
    {
        if (file.Length >= fullSize)
        {
            // It is not there when the last attempt got no further.
            if (File.Exists(path))
            {
                File.Move(path, previous, overwrite: true);
            }

            var full = file;
            file = Open();
            full.Flush(flushToDisk: true);
            full.Dispose();
        }

        file.Write([.. JsonSerializer.SerializeToUtf8Bytes(entry, StrictJson.Compact), (byte)'\n']);
    }

    private FileStream Open() => new(path, new FileStreamOptions
    {
        Mode = FileMode.Append,
        Access = FileAccess.Write,
        Share = FileShare.ReadWrite,
        UnixCreateMode = DurableFile.OwnerOnly,
        BufferSize = 0,
    });

    [LoggerMessage(EventId = 3001, Message = "{Decision} {Verdict}: resource {Resource}, tee {Tee}, measurement {Measurement}, rule {Rule}, {Code} {Reason}")]
    private static partial void Log(ILogger logger, LogLevel level, string decision, string verdict, string? resource, string? tee, string? measurement, string? rule, string? code, string? reason);

    [LoggerMessage(3005, LogLevel.Warning, "Counts of refused strangers could not be written: {Code}")]
    private static partial void LogCountsLost(ILogger logger, string code);
}
