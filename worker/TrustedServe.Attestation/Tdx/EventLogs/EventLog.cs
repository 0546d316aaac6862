using System.Security.Cryptography;
using TrustedServe.Attestation.Tdx.Quotes;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.EventLogs;

/// <summary>
/// A confidential guest's event log (CCEL): what was measured into RTMR0 to RTMR3 and in which order, in the TCG's
/// crypto-agile form. A log proves nothing by itself; a comparison says what of it a quote's registers bear out.
/// </summary>
/// <remarks>Reading allocates the list of records alone: less than the log's own length, since a record takes at least 66 bytes.</remarks>
public sealed class EventLog
{
    /// <summary>Length of a SHA-384 digest and of a register.</summary>
    public const int DigestLength = 48;

    /// <summary>How many RTMRs there are.</summary>
    public const int RtmrCount = 4;

    /// <summary>Longest log that is read: 4 MiB. Firmware reserves 64 KiB to 1 MiB for the whole table.</summary>
    public const int MaxLength = 4 << 20;

    private EventLog(ReadOnlyMemory<byte> bytes, EventRecord[] records) => (Bytes, Records) = (bytes, records);

    /// <summary>The bytes of the header and the records, without end marker and filler.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The records after the header, in order.</summary>
    public IReadOnlyList<EventRecord> Records { get; }

    /// <summary>Reads a log. It ends at 8 bytes of all ones or all zeros, or with the last byte.</summary>
    /// <param name="log">The log; it is not copied and must not change afterwards.</param>
    /// <exception cref="TsfException">TSF3301 with the offset.</exception>
    public static EventLog Parse(ReadOnlyMemory<byte> log)
    {
        if (log.Length > MaxLength)
        {
            throw TsfErrors.MalformedEventLog.With($"An event log of {log.Length} bytes; at most {MaxLength} are read.");
        }

        // Once to count, once to keep: the list has exactly its size, whatever the input claims.
        Span<EventLogReader.Algorithm> algorithms = stackalloc EventLogReader.Algorithm[EventLogReader.AlgorithmRoom];
        var counting = new EventLogReader(log, algorithms);
        var count = 0;
        while (counting.TryRead(out _))
        {
            count++;
        }

        var records = new EventRecord[count];
        var keeping = new EventLogReader(log, algorithms);
        for (var i = 0; keeping.TryRead(out var record); i++)
        {
            records[i] = record;
        }

        return new EventLog(log[..keeping.Position], records);
    }

    /// <summary>Computes what the registers hold after all events: RTMR0 to RTMR3, 48 bytes each, one after the other.</summary>
    public byte[] Replay()
    {
        var registers = new byte[RtmrCount * DigestLength];
        foreach (var record in Records)
        {
            if (record.Rtmr is { } rtmr)
            {
                Extend(registers.AsSpan(rtmr * DigestLength, DigestLength), record.Digest.Span);
            }
        }

        return registers;
    }

    /// <summary>Compares with the registers of a verified quote.</summary>
    /// <param name="registers">RTMR0 to RTMR3 of the quote, 48 bytes each.</param>
    public EventLogComparison Compare(IReadOnlyList<ReadOnlyMemory<byte>> registers) => EventLogComparison.Of(this, registers);

    /// <summary>Compares with the registers of a verified quote.</summary>
    public EventLogComparison Compare(TdReport report)
    {
        var registers = new ReadOnlyMemory<byte>[RtmrCount];
        for (var i = 0; i < RtmrCount; i++)
        {
            registers[i] = report.Rtmr(i).ToArray();
        }

        return Compare(registers);
    }

    /// <summary>What the hardware does: register = SHA-384(register || digest).</summary>
    internal static void Extend(Span<byte> register, ReadOnlySpan<byte> digest)
    {
        Span<byte> both = stackalloc byte[2 * DigestLength];
        register.CopyTo(both);
        digest.CopyTo(both[DigestLength..]);
        SHA384.HashData(both, register);
    }
}
