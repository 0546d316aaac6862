using System.Security.Cryptography;
using System.Text;
using CsCheck;
using TrustedServe.Attestation.Tdx.EventLogs;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tests.Tdx.EventLogs;

public sealed class EventLogTests
{
    private static readonly Gen<(uint Register, byte[] Data)[]> SomeEvents = Gen.Select(Gen.UInt[1, 4], Gen.Byte.Array[0, 100]).Array[0, 40];

    [Fact]
    public void Replay_OfAnyEvents_IsTheChainOfHashes() => SomeEvents.Sample(events =>
    {
        var log = new SyntheticLog((0x000b, 32), (0x000c, 48));
        var expected = new byte[4][];
        Array.Fill(expected, new byte[48]);
        foreach (var (register, data) in events)
        {
            log.Add(register, 0xd, data);
            expected[register - 1] = SHA384.HashData([.. expected[register - 1], .. SHA384.HashData(data)]);
        }

        var parsed = EventLog.Parse(log.ToArray());
        Assert.Equal(events.Length, parsed.Records.Count);
        Assert.Equal(expected.SelectMany(register => register), parsed.Replay());
        Assert.True(parsed.Compare([.. expected.Select(register => (ReadOnlyMemory<byte>)register)]).Holds);
        Assert.Equal(log.ToArray(), parsed.Bytes.ToArray());
    });

    [Fact]
    public void Accepts_EachWayToEndALog()
    {
        var log = new SyntheticLog().Add(1, 4, [0, 0, 0, 0]).ToArray();
        byte[][] endings = [[], [0xff, 0xff, 0xff], [.. Enumerable.Repeat((byte)0xff, 64)], new byte[8], [.. Enumerable.Repeat((byte)0xff, 8), 1, 2, 3]];
        Assert.All(endings, ending =>
        {
            var parsed = EventLog.Parse((byte[])[.. log, .. ending]);
            Assert.Single(parsed.Records);
            Assert.Equal(log, parsed.Bytes.ToArray());
        });
    }

    [Fact]
    public void Accepts_ALogWithoutEvents()
    {
        var parsed = EventLog.Parse(new SyntheticLog().ToArray());
        Assert.Empty(parsed.Records);
        Assert.Equal(new byte[192], parsed.Replay());
    }

    [Fact]
    public void NoAction_WithAnyRegister_IsNotExtended()
    {
        var log = new SyntheticLog().Add(0, 3, [1]).Add(1, 3, [2]).Add(uint.MaxValue, 3, [3]).ToArray();
        var comparison = EventLog.Parse(log).Compare(Zeros());
        Assert.True(comparison.Holds);
        Assert.All(comparison.Events, verdict => Assert.Equal((false, EventProof.None, false), (verdict.Measured, verdict.Proof, verdict.Believed)));
    }

    [Theory]
    [InlineData(0u, "register 0, which is MRTD")]
    [InlineData(5u, "register index 5 does not exist")]
    [InlineData(uint.MaxValue, "register index 4294967295 does not exist")]
    public void Rejects_AnEventInARegisterThatIsNone(uint register, string why) => Rejects(new SyntheticLog().Add(register, 1, [1]).ToArray(), why);

    [Fact]
    public void Rejects_EveryTruncation()
    {
        var log = new SyntheticLog().Add(1, 4, [0, 0, 0, 0]).ToArray();
        var whole = new SyntheticLog().ToArray().Length;
        for (var length = 0; length < log.Length; length++)
        {
            if (length != whole)
            {
                Assert.Equal("TSF3301", Assert.Throws<TsfException>(() => EventLog.Parse(log[..length])).Code);
            }
        }
    }

    [Fact]
    public void Rejects_HeadersThatAreNone()
    {
        var log = new SyntheticLog().ToArray();
        Rejects(Changed(log, 4, 4), "the first record is not the header");
        Rejects(Changed(log, 32, (byte)'X'), "not a \"Spec ID Event03\"");
        Rejects(Changed(log, 56, 0), "names 0 algorithms");
        Rejects(Changed(log, 56, 17), "names 17 algorithms");
        Rejects(Changed(log, 56, 2), "names 2 algorithms");
        Rejects(Changed(log, 60, 0x0b), "no SHA-384 digests");
        Rejects(Changed(log, 62, 32), "algorithm 0x000c with digests of 32 bytes");
        Rejects(Changed(log, 64, 1), "the vendor's part does not fill the header");
        Rejects(new SyntheticLog((0x000c, 48), (0x000c, 48)).ToArray(), "algorithm 0x000c");
        Rejects(Changed(log, 31, 0x7f), "left");
    }

    [Fact]
    public void Rejects_DigestsThatTheHeaderDoesNotName()
    {
        var log = new SyntheticLog((0x000b, 32), (0x000c, 48)).Add(1, 1, [1]).ToArray();
        var digests = new SyntheticLog((0x000b, 32), (0x000c, 48)).ToArray().Length + 12;
        Rejects(Changed(log, digests, 0x0d), "algorithm 0x000d is not in the header");
        Rejects(Changed(log, digests + 34, 0x0b), "algorithm 0x000b stands twice");
        Rejects(Changed(log, digests - 4, 3), "a record has 3 digests");
        Rejects(Changed(log, digests - 4, 0), "a record has 0 digests");
    }

    [Fact]
    public void Rejects_ALogOverTheLimit() => Rejects(new byte[EventLog.MaxLength + 1], "at most 4194304 are read");

    [Fact]
    public void Register_ThatStandsAtAnEarlierEvent_SaysAtWhich()
    {
        var first = SHA384.HashData([.. new byte[48], .. SHA384.HashData([1])]);
        var log = EventLog.Parse(new SyntheticLog().Add(3, 1, [1]).Add(3, 1, [2]).Add(3, 1, [3]).ToArray());
        var comparison = log.Compare([new byte[48], new byte[48], first, new byte[48]]);

        Assert.Equal(1, comparison.Registers[2].ReachedAfter);
        Assert.Null(comparison.Registers[0].ReachedAfter);
        Assert.Contains("that after 1 of these 3 events", Assert.Throws<TsfException>(comparison.ThrowIfRefused).Message, StringComparison.Ordinal);
        Assert.All(comparison.Events, verdict => Assert.False(verdict.Measured));
        Assert.Equal(0, log.Compare(Zeros()).Registers[2].ReachedAfter);
        Assert.Null(log.Compare([new byte[48], new byte[48], SHA384.HashData([9]), new byte[48]]).Registers[2].ReachedAfter);
    }

    [Fact]
    public void Data_ThatAreNotWhatWasMeasured_AreNotBelieved()
    {
        var log = EventLog.Parse(new SyntheticLog()
            .Add(4, 6, SyntheticLog.Aael("coco.com PullImage {}"))
            .Add(4, 6, SyntheticLog.Aael("coco.com PullImage good"), SHA384.HashData(SyntheticLog.Aael("coco.com PullImage evil")))
            .Add(4, 0xd, "kernel"u8.ToArray(), SHA384.HashData("something else"u8))
            .Add(4, 0xd, "grub_cmd: boot\0"u8.ToArray(), SHA384.HashData("boot"u8))
            .ToArray());
        var replayed = log.Replay();
        var events = log.Compare([.. Enumerable.Range(0, 4).Select(i => (ReadOnlyMemory<byte>)replayed.AsMemory(i * 48, 48))]).Events;

        Assert.Equal([EventProof.WholeData, EventProof.Contradicted, EventProof.DigestOnly, EventProof.PartOfData], events.Select(verdict => verdict.Proof));
        Assert.Equal([true, false, false, true], events.Select(verdict => verdict.Believed));
        Assert.Equal([new AaelEntry("coco.com", "PullImage", "{}"), null, null, null], events.Select(verdict => verdict.Entry));
    }

    [Theory]
    [InlineData("domain operation")]
    [InlineData(" operation content")]
    [InlineData("domain  content")]
    [InlineData("")]
    [InlineData("domain operation two\nlines")]
    public void Entry_NotInItsForm_IsNone(string line)
    {
        var record = EventLog.Parse(new SyntheticLog().Add(4, 6, SyntheticLog.Aael(line)).ToArray()).Records[0];
        Assert.False(AaelEntry.TryParse(record, out _));
    }

    [Fact]
    public void Entry_WithWrongLengthOrText_IsNone()
    {
        byte[] right = SyntheticLog.Aael("a b c");
        byte[][] wrong = [right[..7], Changed(right, 4, 4), Changed(right, 8, 0xff), Changed(right, 0, 0)];
        Assert.All(wrong, data => Assert.False(AaelEntry.TryParse(EventLog.Parse(new SyntheticLog().Add(4, 6, data).ToArray()).Records[0], out _)));
        Assert.True(AaelEntry.TryParse(EventLog.Parse(new SyntheticLog().Add(4, 6, right).ToArray()).Records[0], out _));
        Assert.False(AaelEntry.TryParse(EventLog.Parse(new SyntheticLog().Add(4, 5, right).ToArray()).Records[0], out _));
    }

    [Fact]
    public void Text_WithControlCharacters_ShowsNone()
    {
        var data = Encoding.UTF8.GetBytes("a\u001b[2Jb\u202ec\r\n" + new string('x', 10_000));
        var text = EventLog.Parse(new SyntheticLog().Add(1, 1, data).ToArray()).Compare(Zeros()).Events[0].Text;
        Assert.StartsWith("a·[2Jb·c··xxx", text, StringComparison.Ordinal);
        Assert.True(text.Length <= 161);
    }

    [Fact]
    public void Fuzzed_Logs_AreReadOrRefused() => Fuzzing.Run(
        "event log",
        10000,
        Seeds(),
        input =>
        {
            try
            {
                var comparison = EventLog.Parse(input).Compare(Zeros());
                return comparison.Events.Count > 0;
            }
            catch (TsfException exception) when (exception.Code == "TSF3301")
            {
                return false;
            }
        },
        bytesPerByte: 3,
        fixedBytes: 16_384);

    private static List<byte[]> Seeds()
    {
        var large = new SyntheticLog((0x000b, 32), (0x000c, 48));
        for (var i = 0u; i < 60; i++)
        {
            large.Add(1 + (i % 4), i % 2 == 0 ? 0x80000001 : 0xd, [.. new byte[16], 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 65, 0, (byte)i]);
        }

        return
        [
            new SyntheticLog().Add(1, 4, [0, 0, 0, 0]).Add(4, 6, SyntheticLog.Aael("coco.com PullImage {}")).Raw(255, 255, 255, 255, 255, 255, 255, 255).ToArray(),
            large.ToArray(),
        ];
    }

    private static ReadOnlyMemory<byte>[] Zeros() => [new byte[48], new byte[48], new byte[48], new byte[48]];

    private static byte[] Changed(byte[] bytes, int at, byte value)
    {
        var changed = bytes.ToArray();
        changed[at] = value;
        return changed;
    }

    private static void Rejects(byte[] log, string why)
    {
        var refusal = Assert.Throws<TsfException>(() => EventLog.Parse(log));
        Assert.Equal("TSF3301", refusal.Code);
        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }
}
