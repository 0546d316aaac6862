using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using TrustedServe.Attestation.Jose;
using TrustedServe.Attestation.Keys;
using TrustedServe.Attestation.Tests.Tdx.CollateralSources;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;
using TrustedServe.KeyBroker.Tests.Support;

namespace TrustedServe.KeyBroker.Tests;

public sealed class TdxEvidenceTests
{
    [Fact]
    public async Task Genuine_guest_that_a_rule_names_gets_the_resource()
    {
        await using var broker = await TdxBroker.StartAsync();
        using var client = new BrokerKeySource(
            broker.Broker.Host.Address, certificateFile: null, new TdxGuest(), KeySourceTiming.Broker with { FirstDelay = TimeSpan.FromMilliseconds(5) }, TimeProvider.System);

        using var release = await client.GetAsync(RunningBroker.Model, CancellationToken.None);

        Assert.Equal(RunningBroker.Secret, release.Resource.Span.ToArray());
        Assert.Equal("production", release.Details["rule"]);
        Assert.Contains($"\"tee\":\"tdx\",\"measurement\":\"{TdxGuest.MrTd}\",\"rule\":\"production\"", broker.Broker.Audit, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(5, 2)]
    [InlineData(5, 3)]
    public async Task Accepts_every_form_of_a_quote(int version, int bodyType)
    {
        await using var broker = await TdxBroker.StartAsync();
        var answer = await broker.ReleaseAsync(new TdxGuest { Quote = new SyntheticQuote { Version = version, BodyType = bodyType } });
        using var opened = JweReader.Decrypt(FlattenedJwe.Parse(Encoding.UTF8.GetBytes(answer.Body)), broker.Wire.Key);
        Assert.Equal(RunningBroker.Secret, opened.Span.ToArray());
    }

    [Fact]
    public async Task Token_says_what_was_verified()
    {
        await using var broker = await TdxBroker.StartAsync();
        var (answer, _) = await broker.AttestAsync(new TdxGuest(), TdxGuest.InitData);
        var cpu = Payload(answer)["submods"]!["cpu0"]!;
        var evidence = cpu["ear.veraison.annotated-evidence"]!;

        Assert.Equal("affirming", Text(cpu["ear.status"]));
        Assert.Equal(2, cpu["ear.trustworthiness-vector"]!["hardware"]!.GetValue<int>());
        Assert.Equal(TdxGuest.MrConfigId, Text(evidence["init_data"]));
        Assert.Equal("package agent_policy", Text(evidence["init_data_claims"]!["policy.rego"]));
        Assert.Equal(128, Text(evidence["report_data"]).Length);
        Assert.Equal("EC", Text(evidence["runtime_data_claims"]!["tee-pubkey"]!["kty"]));
        var tdx = evidence["tdx"]!;
        Assert.Equal(TdxGuest.MrTd, Text(tdx["quote"]!["body"]!["mr_td"]));
        Assert.Equal(TdxGuest.Register(0), Text(tdx["quote"]!["body"]!["rtmr_0"]));
        Assert.Equal(Text(evidence["report_data"]), Text(tdx["quote"]!["body"]!["report_data"]));
        Assert.Equal("UpToDate", Text(tdx["tcb_status"]));
        Assert.False(tdx["td_attributes"]!["debug"]!.GetValue<bool>());
        Assert.Equal("90c06f000000", Text(tdx["fmspc"]));
        Assert.Equal("replayed", Text(tdx["cc_eventlog"]));
        Assert.Equal(SyntheticCollateral.Next, tdx["earliest_expiration_date"]!.GetValue<DateTimeOffset>());
        Assert.Contains("INTEL-SA-00001", tdx["advisory_ids"]!.AsArray().Select(Text));
    }

    [Theory]
    [InlineData("SWHardeningNeeded", "", "warning")]
    [InlineData("UpToDate", "debug", "contraindicated")]
    [InlineData("OutOfDate", "grace", "warning")]
    public async Task Token_warns_of_what_the_policy_lets_pass(string status, string special, string expected)
    {
        var more = special switch
        {
            "debug" => ",\"insecure_allow_debug\":true",
            "grace" => ",\"out_of_date_grace_days\":500",
            _ => ",\"tcb_statuses\":[\"UpToDate\",\"SWHardeningNeeded\"]",
        };
        await using var broker = await TdxBroker.StartAsync(new SyntheticCollateral { PlatformStatus = status }, TestPolicy.Of(TdxGuest.Rule(more: more)));
        var guest = special == "debug" ? TdxGuest.Debuggable : new TdxGuest();

        var (answer, cookie) = await broker.AttestAsync(guest);

        Assert.Equal(expected, Text(Payload(answer)["submods"]!["cpu0"]!["ear.status"]));
        Assert.Equal(HttpStatusCode.OK, (await broker.Wire.ResourceAsync(cookie)).Status);
    }

    [Fact]
    public async Task Initdata_named_by_its_file_pins_the_container()
    {
        var rule = TdxGuest.Rule().Replace($"\"mr_config_id\":[\"{TdxGuest.MrConfigId}\"]", "\"init_data\":[\"initdata.toml\"]", StringComparison.Ordinal);
        await using var broker = await TdxBroker.StartAsync(policy: TestPolicy.Of(rule));
        Assert.Equal(HttpStatusCode.OK, (await broker.ReleaseAsync(new TdxGuest())).Status);

        var other = await broker.ReleaseAsync(new TdxGuest { EditBody = body => body[184] ^= 1 });
        other.IsRefused("PolicyDeny", "TSF3017", "mr_config_id", step: "Policy");
        Assert.Contains("initdata.toml", Text(other.Json["expected"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unreachable_collateral_service_with_a_folder_beside_it_costs_nothing()
    {
        await using var broker = await TdxBroker.StartAsync(source: new Uri("http://127.0.0.1:9/"));
        Assert.Equal(HttpStatusCode.OK, (await broker.ReleaseAsync(new TdxGuest())).Status);
    }

    [Fact]
    public async Task Collateral_comes_from_a_service_once_for_many_guests()
    {
        using var service = new CollateralServer();
        var collateral = new SyntheticCollateral().Build();
        service.Answers["/tdx/certification/v4/tcb"] = CollateralServer.Answer(collateral.TcbInfo.ToArray(), Chain("TCB-Info-Issuer-Chain", collateral.TcbInfoIssuerChain));
        service.Answers["/tdx/certification/v4/qe/identity"] = CollateralServer.Answer(collateral.QeIdentity.ToArray(), Chain("SGX-Enclave-Identity-Issuer-Chain", collateral.QeIdentityIssuerChain));
        service.Answers["/sgx/certification/v4/pckcrl"] = CollateralServer.Answer(collateral.PckCrl.ToArray(), Chain("SGX-PCK-CRL-Issuer-Chain", collateral.PckCrlIssuerChain));
        service.Answers["/sgx/certification/v4/rootcacrl"] = CollateralServer.Answer(collateral.RootCaCrl.ToArray());
        await using var broker = await TdxBroker.StartAsync(source: service.Address, withFolder: false);

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await broker.ReleaseAsync(new TdxGuest())).Status);
        }

        Assert.Equal(4, service.Requests.Count);

        static string Chain(string name, ReadOnlyMemory<byte> pem) => $"{name}: {Uri.EscapeDataString(Encoding.ASCII.GetString(pem.Span))}";
    }

    private static JsonNode Payload(WireClient.WireAnswer answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return StrictBase64Url.TryDecode(Text(answer.Json["token"]).Split('.')[1], 65536, out var bytes) ? JsonNode.Parse(bytes)! : throw new FormatException();
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
