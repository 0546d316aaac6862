using System.Security.Cryptography;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tdx.EventLogs;

/// <summary>A log against the registers of a quote: a verdict for each register and each event.</summary>
public sealed class EventLogComparison
{
    private EventLogComparison(IReadOnlyList<RegisterVerdict> registers, IReadOnlyList<EventVerdict> events) => (Registers, Events) = (registers, events);

    /// <summary>RTMR0 to RTMR3.</summary>
    public IReadOnlyList<RegisterVerdict> Registers { get; }

    /// <summary>The log's events, in order.</summary>
    public IReadOnlyList<EventVerdict> Events { get; }

    /// <summary>Every register replays to the quote's value.</summary>
    public bool Holds => Registers.All(register => register.Matches);

    /// <summary>Refuses a log that does not replay.</summary>
    /// <exception cref="TsfException">TSF3302 with the first register that differs.</exception>
    public void ThrowIfRefused()
    {
        if (Registers.FirstOrDefault(register => !register.Matches) is { } wrong)
        {
            var where = wrong.ReachedAfter is { } count ? $" The quote's value is that after {count} of these {wrong.Events} events." : "";
            throw TsfErrors.EventLogMismatch.With($"{wrong.Name}: expected {wrong.Expected} (quote), seen {wrong.Replayed} (replay of {wrong.Events} events).{where}");
        }
    }

    internal static EventLogComparison Of(EventLog log, IReadOnlyList<ReadOnlyMemory<byte>> expected)
    {
        if (expected.Count != EventLog.RtmrCount || expected.Any(register => register.Length != EventLog.DigestLength))
        {
            throw new ArgumentException("Four registers of 48 bytes are compared.", nameof(expected));
        }

        Span<byte> state = stackalloc byte[EventLog.RtmrCount * EventLog.DigestLength];
        state.Clear();
        Span<int> counts = stackalloc int[EventLog.RtmrCount];
        counts.Clear();
        Span<int> reached = stackalloc int[EventLog.RtmrCount];
        for (var i = 0; i < EventLog.RtmrCount; i++)
        {
            reached[i] = Equal(state.Slice(i * EventLog.DigestLength, EventLog.DigestLength), expected[i]) ? 0 : -1;
        }

        foreach (var record in log.Records)
        {
            if (record.Rtmr is { } rtmr)
            {
                var register = state.Slice(rtmr * EventLog.DigestLength, EventLog.DigestLength);
                EventLog.Extend(register, record.Digest.Span);
                counts[rtmr]++;
                if (Equal(register, expected[rtmr]))
                {
                    reached[rtmr] = counts[rtmr];
                }
            }
        }

        var registers = new RegisterVerdict[EventLog.RtmrCount];
        for (var i = 0; i < registers.Length; i++)
        {
            var register = state.Slice(i * EventLog.DigestLength, EventLog.DigestLength);
            var matches = Equal(register, expected[i]);
            registers[i] = new RegisterVerdict(
                $"RTMR{i}",
                Convert.ToHexStringLower(expected[i].Span),
                Convert.ToHexStringLower(register),
                counts[i],
                matches,
                matches || reached[i] < 0 ? null : reached[i]);
        }

        var events = new EventVerdict[log.Records.Count];
        for (var i = 0; i < events.Length; i++)
        {
            var record = log.Records[i];
            events[i] = new EventVerdict(record, record.Rtmr is { } rtmr && registers[rtmr].Matches, EventProofs.Of(record));
        }

        return new EventLogComparison(registers, events);
    }

    private static bool Equal(ReadOnlySpan<byte> register, ReadOnlyMemory<byte> expected) => CryptographicOperations.FixedTimeEquals(register, expected.Span);
}
