using TrustedServe.Attestation.Tdx.EventLogs;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tests.Tdx.EventLogs;

/// <summary>A log that was changed after its guest measured it, a real guest's and a synthetic one: at each of its events.</summary>
public sealed class EventLogTamperingTests
{
    private const string Real = "cos113";

    private const string Synthetic = "synthetic";

    [Theory]
    [InlineData(Real)]
    [InlineData(Synthetic)]
    public void AnyEvent_Dropped_BreaksItsRegister(string source) =>
        EachEvent(source, (log, record) => Broken(log, EventLogEdit.Drop(log, record.Index), record));

    [Theory]
    [InlineData(Real)]
    [InlineData(Synthetic)]
    public void AnyEvent_Doubled_BreaksItsRegister(string source) =>
        EachEvent(source, (log, record) => Broken(log, EventLogEdit.Repeat(log, record.Index), record));

    [Theory]
    [InlineData(Real)]
    [InlineData(Synthetic)]
    public void DigestOfAnyEvent_Changed_BreaksItsRegister(string source) =>
        EachEvent(source, (log, record) => Broken(log, EventLogEdit.ChangeDigest(log, record.Index), record));

    [Theory]
    [InlineData(Real)]
    [InlineData(Synthetic)]
    public void AnyTwoNeighboursOfARegister_Exchanged_BreakIt(string source)
    {
        var log = Log(source);
        var exchanged = 0;
        foreach (var register in EventLog.Parse(log).Records.Where(record => record.Rtmr is not null).GroupBy(record => record.Rtmr))
        {
            foreach (var (one, other) in register.Zip(register.Skip(1)).Where(pair => !pair.First.Digest.Span.SequenceEqual(pair.Second.Digest.Span)))
            {
                Broken(log, EventLogEdit.Exchange(log, one.Index, other.Index), one);
                exchanged++;
            }
        }

        Assert.InRange(exchanged, 3, int.MaxValue);
    }

    [Theory]
    [InlineData(Real)]
    [InlineData(Synthetic)]
    public void DataOfAnyEvent_ChangedWithTheDigestKept_StillReplay_AndAreNotBelieved(string source)
    {
        var believed = 0;
        EachEvent(source, (log, record) =>
        {
            if (record.Data.IsEmpty)
            {
                return;
            }

            believed += EventLog.Parse(log).Compare(Registers(log)).Events[record.Index].Believed ? 1 : 0;
            var comparison = EventLog.Parse(EventLogEdit.ChangeData(log, record.Index)).Compare(Registers(log));
            comparison.ThrowIfRefused();
            var verdict = comparison.Events[record.Index];
            Assert.True(verdict.Measured);
            Assert.False(verdict.Believed);
            Assert.Contains(verdict.Proof, (EventProof[])[EventProof.DigestOnly, EventProof.Contradicted]);
            Assert.Null(verdict.Entry);
        });
        Assert.InRange(believed, 3, int.MaxValue);
    }

    private static void EachEvent(string source, Action<byte[], EventRecord> check)
    {
        var log = Log(source);
        var records = EventLog.Parse(log).Records.Where(record => record.Rtmr is not null).ToList();
        Assert.InRange(records.Count, 6, int.MaxValue);
        Assert.All(records, record => check(log, record));
    }

    /// <summary>The changed log is refused, for the register of that event and no other.</summary>
    private static void Broken(byte[] log, byte[] changed, EventRecord record)
    {
        var comparison = EventLog.Parse(changed).Compare(Registers(log));
        Assert.Equal([$"RTMR{record.Rtmr}"], comparison.Registers.Where(register => !register.Matches).Select(register => register.Name));
        Assert.All(comparison.Events, verdict => Assert.False(verdict.Measured && verdict.Record.Rtmr == record.Rtmr));
        var refusal = Assert.Throws<TsfException>(comparison.ThrowIfRefused);
        Assert.Equal("TSF3302", refusal.Code);
        Assert.StartsWith($"RTMR{record.Rtmr}: expected ", refusal.Message, StringComparison.Ordinal);
    }

    private static ReadOnlyMemory<byte>[] Registers(byte[] log)
    {
        var replayed = EventLog.Parse(log).Replay();
        return [.. Enumerable.Range(0, EventLog.RtmrCount).Select(i => (ReadOnlyMemory<byte>)replayed.AsMemory(i * EventLog.DigestLength, EventLog.DigestLength))];
    }

    private static byte[] Log(string source) => source == Real
        ? RealEventLogTests.Read("gotdx_cos113_ccel_data.trimmed.bin")
        : new SyntheticLog()
            .Add(1, EventTypes.EfiAction, "firmware"u8.ToArray())
            .Add(1, EventTypes.Separator, [0, 0, 0, 0])
            .Add(2, 0x80000003, "boot loader"u8.ToArray())
            .Add(2, EventTypes.EfiAction, "Exit Boot Services"u8.ToArray())
            .Add(3, EventTypes.BootLoader, "grub_cmd: boot\0"u8.ToArray(), System.Security.Cryptography.SHA384.HashData("boot"u8))
            .Add(3, EventTypes.BootLoader, "initrd"u8.ToArray())
            .Add(4, EventTypes.EventTag, SyntheticLog.Aael("coco.com PullImage one"))
            .Add(4, EventTypes.EventTag, SyntheticLog.Aael("coco.com PullImage two"))
            .ToArray();
}
