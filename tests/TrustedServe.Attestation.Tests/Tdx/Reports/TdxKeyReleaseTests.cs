using System.Text.Json;
using TrustedServe.Attestation.Keys;
using TrustedServe.Attestation.Tests.Support;
using TrustedServe.Attestation.Tests.Tdx.EventLogs;
using TrustedServe.Attestation.Tests.Tdx.InitData;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;
using TrustedServe.Protocol.Workers;
using TrustedServe.Testing;

namespace TrustedServe.Attestation.Tests.Tdx.Reports;

/// <summary>A whole release, from the report folder to the opened key, as the settings of a worker in a TDX guest make it.</summary>
public sealed class TdxKeyReleaseTests
{
    private static readonly KeyId Id = KeyId.Parse("kbs:///models/a/v1");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Key_IsReleasedToEvidenceThatIsBoundToItsSession(bool withInitData)
    {
        using var configfs = FuseConfigfs.Mount();
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["CCEL"], [.. new SyntheticLog().Add(1, 4, [0, 0, 0, 0]).ToArray(), .. Enumerable.Repeat((byte)0xff, 64)]);
        File.WriteAllText(directory["initdata.toml"], InitDataDocumentTests.Example);
        var broker = new BrokerDouble();
        await using var server = await ScriptedServer.StartAsync((context, _) => broker.AnswerAsync(context));
        var config = new TrustConfig
        {
            Broker = server.Address,
            ReportRoot = configfs.Root,
            EventLogFile = directory["CCEL"],
            InitDataFile = withInitData ? directory["initdata.toml"] : null,
        };
        using var source = KeySources.Create(config, TimeProvider.System);

        using var release = await source.GetAsync(Id, CancellationToken.None);

        Assert.Equal(BrokerDouble.Secret, release.Resource.Span.ToArray());
        Assert.Equal("tdx", source.TrustKind);
        Assert.Equal(("tdx", string.Concat(Enumerable.Repeat("ab", 48))), (release.Details["tee"], release.Details["measurement"]));
        var sent = broker.Attestation!;
        Assert.Equal(broker.Nonce, sent.RuntimeData.Nonce);
        var quote = sent.TeeEvidence.Primary.GetProperty("quote").GetBytesFromBase64();
        Assert.Equal([.. sent.RuntimeData.Digest(""), .. new byte[16]], quote.AsSpan(48 + 520, 64).ToArray());
        Assert.Equal(JsonValueKind.String, sent.TeeEvidence.Primary.GetProperty("cc_eventlog").ValueKind);
        Assert.Equal(withInitData, sent.InitData is not null);
        if (sent.InitData is { } initData)
        {
            Assert.Equal(("toml", InitDataDocumentTests.Example), (initData.GetProperty("format").GetString(), initData.GetProperty("body").GetString()));
        }

        Assert.Empty(configfs.Model.Names);
    }

    [Fact]
    public async Task ReportsOfAnotherTechnology_AreNoEvidence_AndNothingIsAskedOfThem()
    {
        using var configfs = FuseConfigfs.Mount();
        configfs.Model.Provider = "sev_guest\n";
        var broker = new BrokerDouble();
        await using var server = await ScriptedServer.StartAsync((context, _) => broker.AnswerAsync(context));
        using var source = KeySources.Create(new TrustConfig { Broker = server.Address, ReportRoot = configfs.Root }, TimeProvider.System);
        var refusal = await Assert.ThrowsAsync<TsfException>(() => source.GetAsync(Id, CancellationToken.None));
        Assert.Equal(TsfErrors.WrongReportProvider, refusal.Error);
        Assert.Equal(0, configfs.Model.Reports);
        Assert.Equal(["POST /kbs/v0/auth"], server.Requests);
    }

    [Fact]
    public void InitData_ThatIsNone_IsRefusedBeforeAnythingIsSent()
    {
        using var directory = new TemporaryDirectory();
        var config = new TrustConfig { Broker = new Uri("http://127.0.0.1:1"), ReportRoot = directory.Path, InitDataFile = directory["initdata.toml"] };
        Assert.Equal(TsfErrors.FileUnreadable, Refused(config).Error);
        File.WriteAllText(directory["initdata.toml"], "version = \"9\"");
        Assert.Equal(TsfErrors.MalformedInitData, Refused(config).Error);
        Assert.Equal(TsfErrors.InvalidSettings, Refused(config with { KeySource = KeySourceKind.GuestApi }).Error);
        Assert.Equal(TsfErrors.InvalidSettings, Refused(config with { ReportRoot = "." }).Error);
    }

    private static TsfException Refused(TrustConfig config) => Assert.Throws<TsfException>(() => KeySources.Create(config, TimeProvider.System));
}
