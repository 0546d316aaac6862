using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using TrustedServe.Attestation.Jose;
using TrustedServe.Attestation.Keys;
using TrustedServe.Attestation.Tests.Tdx.CollateralSources;
using TrustedServe.Attestation.Tests.Tdx.EventLogs;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;
using TrustedServe.KeyBroker.Tests.Support;
using TrustedServe.Protocol.Errors;

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
        var guest = special == "debug" ? Debuggable() : new TdxGuest();

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

    [Theory]
    [InlineData(136, "mr_td")]
    [InlineData(184, "mr_config_id")]
    public async Task Rejects_another_measurement_by_its_register(int offset, string register)
    {
        await using var broker = await TdxBroker.StartAsync();
        var answer = await broker.ReleaseAsync(new TdxGuest { EditBody = body => body[offset] ^= 1 });
        answer.IsRefused("PolicyDeny", "TSF3017", register, step: "Policy");
        Assert.Equal("production", Text(answer.Json["rule"]));
        Assert.NotEqual(Text(answer.Json["expected"]), Text(answer.Json["seen"]));
        Assert.Contains("\"decision\":\"release\",\"verdict\":\"refused\"", broker.Broker.Audit, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(328, "rtmr_0")]
    [InlineData(376, "rtmr_1")]
    [InlineData(424, "rtmr_2")]
    public async Task Rejects_another_boot_by_its_register(int offset, string register)
    {
        await using var broker = await TdxBroker.StartAsync();
        var answer = await broker.ReleaseAsync(new TdxGuest { EditBody = body => body[offset] ^= 1, EventLog = null });
        answer.IsRefused("PolicyDeny", "TSF3017", register, step: "Policy");
    }

    [Fact]
    public async Task Rejects_debuggable_guest()
    {
        await using var broker = await TdxBroker.StartAsync();
        var (answer, cookie) = await broker.AttestAsync(Debuggable());
        answer.IsRefused("AttestationError", "TSF3005", "td_attributes", step: "Debug");
        Assert.Equal("production", Text(answer.Json["rule"]));
        (await broker.Wire.ResourceAsync(cookie)).IsRefused("TokenNotFound", "TSF3025");
    }

    [Theory]
    [InlineData("OutOfDate", "TcbStatus")]
    [InlineData("SWHardeningNeeded", "TcbStatus")]
    [InlineData("Revoked", "TcbStatus")]
    public async Task Rejects_status_that_no_rule_accepts(string status, string step)
    {
        await using var broker = await TdxBroker.StartAsync(new SyntheticCollateral { PlatformStatus = status });
        var (answer, _) = await broker.AttestAsync(new TdxGuest());
        answer.IsRefused("AttestationError", "TSF3005", "tcb_status", step: step);
        Assert.Contains(status, Text(answer.Json["seen"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_rule_s_grace_is_not_another_s()
    {
        var strict = TdxGuest.Rule("models/*/*");
        var lenient = TdxGuest.Rule("rows/*/*", ",\"out_of_date_grace_days\":500").Replace("\"production\"", "\"rows\"", StringComparison.Ordinal);
        await using var broker = await TdxBroker.StartAsync(new SyntheticCollateral { PlatformStatus = "OutOfDate" }, TestPolicy.Of(strict, lenient));
        var (_, cookie) = await broker.AttestAsync(new TdxGuest());

        (await broker.Wire.ResourceAsync(cookie)).IsRefused("PolicyDeny", "TSF3004", "tcb_statuses", step: "Policy");
        Assert.Equal(HttpStatusCode.OK, (await broker.Wire.ResourceAsync(cookie, path: RunningBroker.NoRule.Path)).Status);
    }

    [Fact]
    public async Task Rejects_evidence_of_another_session()
    {
        await using var broker = await TdxBroker.StartAsync();
        var (_, first) = await broker.Wire.ChallengeAsync("tdx");
        var (cookie, nonce) = await broker.Wire.ChallengeAsync("tdx");
        var body = new TdxGuest().Attestation(broker.Wire, nonce);
        body["tee-evidence"] = new TdxGuest().Attestation(broker.Wire, first)["tee-evidence"]!.DeepClone();

        (await broker.Wire.AttestAsync(cookie, body)).IsRefused("AttestationError", "TSF3016", "report_data", step: "ReportData");
    }

    [Fact]
    public async Task Rejects_report_data_with_something_after_the_digest()
    {
        await using var broker = await TdxBroker.StartAsync();
        var (answer, _) = await broker.AttestAsync(new TdxGuest { EditBody = body => body[520 + 63] = 1 });
        answer.IsRefused("AttestationError", "TSF3016", "report_data", step: "ReportData");
    }

    [Theory]
    [InlineData("version = \"0.1.0\"\nalgorithm = \"sha384\"\n[data]\n", true)]
    [InlineData("not toml [", true)]
    [InlineData("", true)]
    [InlineData(TdxGuest.InitData, false)]
    public async Task Rejects_initdata_that_the_guest_was_not_started_with(string document, bool toml)
    {
        await using var broker = await TdxBroker.StartAsync();
        var (cookie, nonce) = await broker.Wire.ChallengeAsync("tdx");
        var body = new TdxGuest().Attestation(broker.Wire, nonce, document);
        body["init-data"]!["format"] = toml ? "toml" : "json";
        (await broker.Wire.AttestAsync(cookie, body)).IsRefused("AttestationError", "TSF3005", "init-data", step: "InitData");
    }

    [Fact]
    public async Task Rejects_bound_initdata_that_is_no_document()
    {
        await using var broker = await TdxBroker.StartAsync();
        const string Document = "anything";
        var (answer, _) = await broker.AttestAsync(
            new TdxGuest { EditBody = body => System.Security.Cryptography.SHA384.HashData(Encoding.UTF8.GetBytes(Document)).CopyTo(body, 184) }, Document);
        answer.IsRefused("AttestationError", "TSF3005", "init-data", step: "InitData");
    }

    [Fact]
    public async Task Rejects_event_log_that_does_not_replay()
    {
        await using var broker = await TdxBroker.StartAsync();
        var log = new SyntheticLog().Add(1, 8, "firmware"u8.ToArray()).Add(2, 8, "invented"u8.ToArray()).ToArray();
        var (answer, _) = await broker.AttestAsync(new TdxGuest { EventLog = log });
        answer.IsRefused("AttestationError", "TSF3005", "cc_eventlog", step: "EventLog");
        Assert.StartsWith("RTMR1 0000", Text(answer.Json["expected"]), StringComparison.Ordinal);

        (answer, _) = await broker.AttestAsync(new TdxGuest { EventLog = [1, 2, 3] });
        answer.IsRefused("AttestationError", "TSF3005", "cc_eventlog", step: "EventLog");
    }

    [Fact]
    public async Task Rejects_when_the_collateral_is_over()
    {
        await using var broker = await TdxBroker.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await broker.ReleaseAsync(new TdxGuest())).Status);
        broker.Time.Advance(SyntheticCollateral.Next - SyntheticCollateral.Clock + TimeSpan.FromSeconds(1));

        var (answer, _) = await broker.AttestAsync(new TdxGuest());
        answer.IsRefused("AttestationError", "TSF3005", "collateral", step: "Collateral");
        Assert.Contains("TSF3353", Text(answer.Json["seen"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejects_revoked_platform()
    {
        using var leaf = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(SyntheticPki.Shared.Leaf());
        await using var broker = await TdxBroker.StartAsync(new SyntheticCollateral { RevokedByAuthority = [leaf.SerialNumber] });
        var (answer, _) = await broker.AttestAsync(new TdxGuest());
        answer.IsRefused("AttestationError", "TSF3005", "pck_certificate", step: "PckRevocation");
    }

    [Fact]
    public async Task Rejects_platform_under_another_root_and_asks_for_no_collateral()
    {
        await using var broker = await TdxBroker.StartAsync(intelRoot: true);
        var (answer, _) = await broker.AttestAsync(new TdxGuest());
        answer.IsRefused("AttestationError", "TSF3005", "pck_certificate", step: "TrustAnchor");
        Assert.DoesNotContain(broker.Broker.Log.Lines, line => line.Id is 3301 or 3302);
    }

    [Fact]
    public async Task Rejects_platform_without_collateral_and_does_not_tell_the_folder()
    {
        await using var broker = await TdxBroker.StartAsync();
        var pki = SyntheticPki.Shared;
        var other = pki.Leaf(new PckSpec { Fmspc = [1, 2, 3, 4, 5, 6] });
        var (answer, _) = await broker.AttestAsync(new TdxGuest { Quote = new SyntheticQuote { Chain = SyntheticPki.Pem(other, pki.PlatformCa, pki.Root) } });
        answer.IsRefused("AttestationError", "TSF3005", "collateral", step: "Collateral");
        Assert.Contains("010203040506", Text(answer.Json["expected"]), StringComparison.Ordinal);
        Assert.DoesNotContain("tsf-", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("\"\"")]
    [InlineData("""{"quote":""}""")]
    [InlineData("""{"quote":"?"}""")]
    [InlineData("""{"quote":"AAAA"}""")]
    [InlineData("""{"quote":"AAAA","cc_eventlog":7}""")]
    public async Task Rejects_what_is_no_evidence(string evidence)
    {
        await using var broker = await TdxBroker.StartAsync();
        var (cookie, nonce) = await broker.Wire.ChallengeAsync("tdx");
        var body = new TdxGuest().Attestation(broker.Wire, nonce);
        body["tee-evidence"]!["primary_evidence"] = JsonNode.Parse(evidence);
        var answer = await broker.Wire.AttestAsync(cookie, body);
        Assert.Equal((HttpStatusCode.Unauthorized, "TSF3005", "Format"), (answer.Status, Text(answer.Json["code"]), Text(answer.Json["step"])));
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

    [Theory]
    [InlineData("v4_initdata_00a06d")]
    [InlineData("v4_azure_dcesv6_90c06f")]
    [InlineData("v5_tdx15_90c06f")]
    public async Task Rejects_quote_of_a_real_guest_that_is_not_about_this_session(string name)
    {
        var file = Path.Combine(TrustedServe.Testing.Repository.Shared ?? "", "data", "tdx", "quotes", name + ".dat");
        Assert.SkipUnless(File.Exists(file), "the folder of third-party data is not beside the clone");
        await using var broker = await TdxBroker.StartAsync(intelRoot: true);
        var (cookie, nonce) = await broker.Wire.ChallengeAsync("tdx");
        var body = new TdxGuest().Attestation(broker.Wire, nonce);
        body["tee-evidence"]!["primary_evidence"] = new JsonObject { ["quote"] = Convert.ToBase64String(File.ReadAllBytes(file)), ["cc_eventlog"] = null };

        (await broker.Wire.AttestAsync(cookie, body)).IsRefused("AttestationError", "TSF3016", "report_data", step: "ReportData");
    }

    [Fact]
    public async Task Any_changed_byte_of_quote_log_or_initdata_is_refused_with_its_step()
    {
        await using var broker = await TdxBroker.StartAsync();
        await Gen.Select(Gen.Int[0, 2], Gen.Int[0, 100_000], Gen.Int[1, 255]).SampleAsync(
            async change =>
            {
                var (part, at, mask) = change;
                var (cookie, nonce) = await broker.Wire.ChallengeAsync("tdx");
                var body = new TdxGuest().Attestation(broker.Wire, nonce, TdxGuest.InitData);
                var evidence = body["tee-evidence"]!["primary_evidence"]!;
                if (part == 2)
                {
                    body["init-data"]!["body"] = Encoding.Latin1.GetString(Change(Encoding.Latin1.GetBytes(TdxGuest.InitData)));
                }
                else
                {
                    var member = part == 0 ? "quote" : "cc_eventlog";
                    evidence[member] = Convert.ToBase64String(Change(Convert.FromBase64String(Text(evidence[member]))));
                }

                var answer = await broker.Wire.AttestAsync(cookie, body);

                // The data of an event are not extended themselves, and its header not at all: such a change may replay.
                if (part != 1 || answer.Status != HttpStatusCode.OK)
                {
                    Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
                    Assert.Contains(Text(answer.Json["code"]), (string[])["TSF3005", "TSF3016"]);
                    Assert.NotEmpty(Text(answer.Json["step"]));
                }

                byte[] Change(byte[] bytes)
                {
                    bytes[at % bytes.Length] ^= (byte)mask;
                    return bytes;
                }
            },
            iter: 150);
    }

    [Fact]
    public async Task Unreachable_collateral_service_is_a_failure_of_the_broker_that_is_tried_again()
    {
        await using var broker = await TdxBroker.StartAsync(source: new Uri("http://127.0.0.1:9/"), withFolder: false);
        var (answer, _) = await broker.AttestAsync(new TdxGuest());
        Assert.Equal((HttpStatusCode.InternalServerError, "TSF3351"), (answer.Status, Text(answer.Json["code"])));
        Assert.DoesNotContain("127.0.0.1", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kinds_of_evidence_do_not_open_each_other_s_rules()
    {
        var simulated = TestPolicy.Rule("simulated", "rows/*/*", TestPolicy.Known, TdxGuest.MrTd);
        await using var broker = await TdxBroker.StartAsync(policy: TestPolicy.Of(TdxGuest.Rule(), simulated));
        var (_, genuine) = await broker.AttestAsync(new TdxGuest());
        (await broker.Wire.ResourceAsync(genuine, path: RunningBroker.NoRule.Path)).IsRefused("PolicyDeny", "TSF3004", "tee");

        var (cookie, nonce) = await broker.Wire.ChallengeAsync();
        Assert.Equal(HttpStatusCode.OK, (await broker.Wire.AttestAsync(cookie, broker.Wire.Attestation(nonce, TdxGuest.MrTd))).Status);
        (await broker.Wire.ResourceAsync(cookie)).IsRefused("PolicyDeny", "TSF3004", "tee");
    }

    [Fact]
    public async Task Broker_does_not_start_with_rules_that_leave_guest_or_container_open_or_without_collateral()
    {
        var open = TdxGuest.Rule().Replace($"\"mr_td\":[\"{TdxGuest.MrTd}\"],", "", StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<TsfException>(() => TdxBroker.StartAsync(policy: TestPolicy.Of(open)));
        Assert.Equal(TsfErrors.InvalidPolicy, refused.Error);
        Assert.Contains("$.rules[0].tdx: a policy that releases keys must state mr_td", refused.Message, StringComparison.Ordinal);

        Assert.Equal(TsfErrors.InvalidSettings, (await Assert.ThrowsAsync<TsfException>(() => RunningBroker.StartAsync(policy: TestPolicy.Of(TdxGuest.Rule())))).Error);
    }

    private static TdxGuest Debuggable() => new() { Quote = new SyntheticQuote { TdAttributes = [1, 0, 0, 0x10, 0, 0, 0, 0] } };

    private static JsonNode Payload(WireClient.WireAnswer answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        return StrictBase64Url.TryDecode(Text(answer.Json["token"]).Split('.')[1], 65536, out var bytes) ? JsonNode.Parse(bytes)! : throw new FormatException();
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
