using System.Collections.Concurrent;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.KeyBroker.Auditing;

/// <summary>
/// Decisions on callers whom no rule accepts, a line each in <c>audit-strangers.jsonl</c>: mostly refusals. Whoever reaches the port
/// can cause them at any rate, so they have a file of their own of bounded size, and are written by a thread of their own: a caller
/// never waits for the disk. When they come faster than they can be written, how many were dropped is a line.
/// </summary>
internal sealed partial class StrangerLog : IDisposable
{
    /// <summary>The size from which the file counts as full; there are two at most.</summary>
    public const long DefaultFullSize = 16 << 20;

    /// <summary>Lines that wait to be written: some 2 MiB.</summary>
    public const int DefaultCapacity = 4096;

    /// <summary>Text of a caller that is kept: more says no more, and would let few lines fill the file.</summary>
    private const int MaxText = 512;

    private readonly AuditFile file;
    private readonly ILogger logger;
    private readonly TimeProvider time;
    private readonly BlockingCollection<AuditEntry> waiting;
    private readonly Thread writer;
    private long dropped;
    private bool failing;
    private bool closed;

    public StrangerLog(string folder, ILogger logger, TimeProvider time, long fullSize = DefaultFullSize, int capacity = DefaultCapacity)
    {
        (this.logger, this.time) = (logger, time);
        file = new AuditFile(folder, "audit-strangers", fullSize);
        waiting = new BlockingCollection<AuditEntry>(capacity);
        writer = new Thread(Write) { IsBackground = true, Name = "audit of strangers" };
        writer.Start();
    }

    /// <summary>Records a decision; returns at once.</summary>
    public void Record(AuditEntry entry)
    {
        if (!waiting.TryAdd(entry with { Reason = Cut(entry.Reason), Resource = Cut(entry.Resource) }))
        {
            Interlocked.Increment(ref dropped);
        }
    }

    /// <summary>Writes what waits. Nothing may be recorded any more.</summary>
    public void Dispose()
    {
        if (closed)
        {
            return;
        }

        closed = true;
        waiting.CompleteAdding();
        writer.Join();
        waiting.Dispose();
    }

    private void Write()
    {
        foreach (var entry in waiting.GetConsumingEnumerable())
        {
            TryWrite(entry, counts: 1);
            if (waiting.Count == 0)
            {
                TellDropped();
            }
        }

        TellDropped();
    }

    private void TellDropped()
    {
        var count = Interlocked.Exchange(ref dropped, 0);
        if (count > 0)
        {
            TryWrite(new AuditEntry { Time = time.GetUtcNow(), Decision = "dropped", Verdict = "refused", Count = count }, count);
        }
    }

    private void TryWrite(AuditEntry entry, long counts)
    {
        try
        {
            file.Write(entry, durable: false);
            failing = false;
        }
        catch (TsfException exception)
        {
            // Told once: a disk that is full refuses every line.
            Interlocked.Add(ref dropped, counts);
            if (!failing)
            {
                failing = true;
                LogLost(logger, exception.Code);
            }
        }
    }

    private static string? Cut(string? text) => text is { Length: > MaxText } ? text[..MaxText] : text;

    [LoggerMessage(3005, LogLevel.Warning, "Refusals of strangers cannot be written: {Code}")]
    private static partial void LogLost(ILogger logger, string code);
}
