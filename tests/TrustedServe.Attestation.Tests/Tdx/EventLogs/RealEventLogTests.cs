using TrustedServe.Attestation.Tdx.EventLogs;
using TrustedServe.Attestation.Tdx.Quotes;
using TrustedServe.Testing;

namespace TrustedServe.Attestation.Tests.Tdx.EventLogs;

/// <summary>Logs of real guests replay to the registers that are known of them.</summary>
public sealed class RealEventLogTests
{
    private const string Zero = "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000";

    public static TheoryData<string, int, string, string, string, string> Logs => new()
    {
        {
            "gotdx_cos113_ccel_data.trimmed.bin", 43,
            "3fa2f61f395b7f5feefb4ec2df61297f109ad8abcd6410c1b7df60f21f37b19297fc35e544039c7e1edece752afd17f6",
            "f62dbc072bd5d3f3438b7b35c39a727f5aea2ffc2473f43723953f530daf62504f0a7944aa62c41a86e8a878c2b122c1",
            "4969684dc87381fc3b3134176c8d8806eaf0a901859f5f70cfae8d17714b46c10a8de219048c9fc09f11f381a6fbe7c1", Zero
        },
        {
            "trustee_CCEL_data.trimmed.bin", 5,
            "2dc712306a963eadb894ad47dbaa17df44814151555aee11cbb843becca88950ffd079664902e6f22c66f7c8213543f4",
            "0fa3be56af61208bbd179dc7b124988eb929319154663c539d6f46445ecac2fec287075047ff7bd1922829fec28cd3cf", Zero, Zero
        },
        {
            "trustee_CCEL_data_ovmf.trimmed.bin", 20,
            "8566f998798db09443b244c62de9a3041fb02e2e6936c4396d784bba2e90177329ec5aba3bb484404f2ab9cc90abe193",
            "775b9f6bfe99f8a31396f0d0218e67ffa796d3b96ccf961cbb0deba48c79c00f082cda1a5567c1c16305f1fc210c13c6",
            "94eaf7a7bf398ed8d888c91057ae0261802e4f3df084213a76ca7f0b5055ac9d2241de43cd58d9e8b49c503bbf25f34a", Zero
        },
        {
            "trustee_CCEL_data_grub.trimmed.bin", 37,
            "cec0a104f691f60da2387fea3c2de00c4ac035e2bb479ff02edcce69039d9e9907f0b3e55031da3dc7038f423adebd79",
            "6c289e0c62182d41ebe97bdbc9872d10998a08eaa86adcdc684001a363207ee72942c7522cdf00a4bbc3d784bed7b670",
            "08919d017ba0e52cd6d966351c7de16fe76c1d3d3d3da4554239e4c7d16cb8b82a94e7eaea3a0e6e18eb690b999fd31e", Zero
        },
        {
            "trustee_CCEL_data_gcp.trimmed.bin", 21,
            "3300980705adf09d28b707b79699d9874892164280832be2c386a715b6e204e0897fb564a064f810659207ba862b304f",
            "204d49f78d29918fe7b2f694e76653861a0c2a018987d2c3a54266eff737232524cf0af68c4d180e2f8c2c0937f21967", Zero, Zero
        },
        {
            "trustee_CCEL_data_grub_gke.trimmed.bin", 35,
            "bc9945139042cf2cc75caf920aa57f14884ecfd7e893bccc51250c8ce90eb53ce72741e6adaa18183eb1331a87d4544a",
            "c17cb288a4dee302bb9ed8d27257a168f3264ad68cab53757f37eeaa7039657fa887cad65cf910e0fdc435ff110f8a7b",
            "334aeba2c985f8886cea97d1ecffbd512769d528b9a94009583db667ad7d2faa7d37fa145d75b192ceee2d2f10b2eb6d", Zero
        },
        {
            "trustee_CCEL_AAEL_alibabacloud.trimmed.bin", 87,
            "b796e1c11396c198ae88794def4cb8e24fa9b35468287c298087f00d4de7433e4e31a297a4e5a03d4300fa6f3a96d47c",
            "3b0b906140fcea689c8774ac1eafcf0fef8e22ba81a047fd750ebd7df3235c2704df6106a758e31e5645e9838ff37406",
            "35f2801338c1b5fce96518f058c37e0fe9ed247a12dcd5f50d9c18fe4b6c71311bb63fca2640c7915817b6aa412a8480",
            "5e4ecd49d3c7983d6f9ca36755b5cee0b423d7fa8c5a88aeb0681bd4698772bc37b4463dc5f722efe352a66417257dad"
        },
    };

    internal static byte[] Read(string name)
    {
        var path = Path.Combine(Repository.Shared ?? "", "data", "tdx", "ccel", name);
        Assert.SkipUnless(Repository.Shared is not null && File.Exists(path), "the folder of third-party data is not beside the clone");
        return File.ReadAllBytes(path);
    }

    [Theory]
    [MemberData(nameof(Logs))]
    public void Log_OfARealGuest_ReplaysToItsRegisters(string name, int events, params string[] registers)
    {
        var log = EventLog.Parse(Read(name));
        var comparison = log.Compare(Registers(registers));

        Assert.Equal(string.Concat(registers), Convert.ToHexStringLower(log.Replay()));
        Assert.True(comparison.Holds);
        Assert.Equal(events, comparison.Events.Count);
        Assert.All(comparison.Events, verdict => Assert.Equal(verdict.Record.Type != EventTypes.NoAction, verdict.Measured));
        Assert.DoesNotContain(comparison.Events, verdict => verdict.Proof == EventProof.Contradicted);
        comparison.ThrowIfRefused();
    }

    [Theory]
    [MemberData(nameof(Logs))]
    public void AnyBitOfADigest_Flipped_BreaksExactlyItsRegister(string name, int events, params string[] registers)
    {
        var bytes = Read(name);
        var original = EventLog.Parse(bytes.ToArray());
        foreach (var record in original.Records.Where(record => record.Rtmr is not null).Take(events))
        {
            var changed = bytes.ToArray();
            changed[record.Offset + 14 + (record.Index % 48)] ^= 1;
            var comparison = EventLog.Parse(changed).Compare(Registers(registers));
            Assert.Equal([$"RTMR{record.Rtmr}"], comparison.Registers.Where(register => !register.Matches).Select(register => register.Name));
            Assert.False(comparison.Events[record.Index].Measured);
        }
    }

    [Fact]
    public void Log_OfCos113_ReplaysToTheRegistersInsideItsQuote()
    {
        var log = EventLog.Parse(Read("gotdx_cos113_ccel_data.trimmed.bin"));
        var quote = File.ReadAllBytes(Path.Combine(Repository.Shared!, "data", "tdx", "quotes", "v4_gce_cos113.dat"));

        Assert.True(TdxQuote.TryParse(quote, out var parsed, out _));
        Assert.True(log.Compare(parsed.Body).Holds);
    }

    [Fact]
    public void Log_OfAnotherGuestThanTheQuote_IsRefusedWithTheRegister()
    {
        var log = EventLog.Parse(Read("trustee_CCEL_data.trimmed.bin"));
        var quote = File.ReadAllBytes(Path.Combine(Repository.Shared!, "data", "tdx", "quotes", "v4_debug_td_50806f.dat"));
        var comparison = log.Compare(RegistersOf(quote));

        var refusal = Assert.Throws<TrustedServe.Protocol.Errors.TsfException>(comparison.ThrowIfRefused);
        Assert.Equal("TSF3302", refusal.Code);
        Assert.StartsWith("RTMR0: expected e940da7c", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EntriesOfTheAttestationAgent_AreDecoded()
    {
        var log = EventLog.Parse(Read("trustee_CCEL_AAEL_alibabacloud.trimmed.bin"));
        var replayed = log.Replay();
        var comparison = log.Compare([.. Enumerable.Range(0, 4).Select(i => (ReadOnlyMemory<byte>)replayed.AsMemory(i * 48, 48))]);

        Assert.Equal(
            [
                new AaelEntry("coco.com", "some-operation", "some-content"),
                new AaelEntry("coco.com", "some-operation", """{"key": "value", "nested-key": {"sub-key": "value"}}"""),
            ],
            comparison.Events.Select(verdict => verdict.Entry).OfType<AaelEntry>());
    }

    [Fact]
    public void Describes_EveryEventOfEveryLog_InOnePrintableLine()
    {
        foreach (var row in Logs)
        {
            var comparison = EventLog.Parse(Read(row.Data.Item1)).Compare(Registers([Zero, Zero, Zero, Zero]));
            Assert.All(comparison.Events, verdict => Assert.DoesNotContain(verdict.Text, char.IsControl));
            Assert.All(comparison.Events, verdict => Assert.StartsWith("EV_", verdict.TypeName, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void CommandsOfTheBootLoader_AreProvenByTheirDigest()
    {
        var comparison = EventLog.Parse(Read("gotdx_cos113_ccel_data.trimmed.bin")).Compare(Registers([Zero, Zero, Zero, Zero]));

        var commands = comparison.Events.Where(verdict => verdict.Text.StartsWith("grub_cmd", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(commands);
        Assert.All(commands, verdict => Assert.Equal(EventProof.PartOfData, verdict.Proof));
        Assert.All(commands, verdict => Assert.False(verdict.Believed));
    }

    private static ReadOnlyMemory<byte>[] Registers(string[] hex) => [.. hex.Select(text => (ReadOnlyMemory<byte>)Convert.FromHexString(text))];

    private static ReadOnlyMemory<byte>[] RegistersOf(byte[] quoteV4) =>
        [.. Enumerable.Range(0, 4).Select(i => (ReadOnlyMemory<byte>)quoteV4.AsMemory(48 + 328 + (48 * i), 48))];
}
