using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Tests.Tdx.EventLogs;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;
using TrustedServe.KeyBroker.Tests.Support;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.KeyBroker.Tests;

public sealed class TdxRefusalTests
{
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

        // However genuine it is, what it can repeat at will stands apart from the decisions that count.
        await broker.Broker.Host.DisposeAsync();
        Assert.Empty(broker.Broker.Audit);
        Assert.Contains("\"decision\":\"attest\",\"verdict\":\"allowed\"", broker.Broker.StrangersAudit, StringComparison.Ordinal);
        Assert.Contains("\"decision\":\"release\",\"verdict\":\"refused\"", broker.Broker.StrangersAudit, StringComparison.Ordinal);
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
        var (answer, cookie) = await broker.AttestAsync(TdxGuest.Debuggable);
        answer.IsRefused("AttestationError", "TSF3005", "td_attributes", step: "Debug");
        Assert.Equal("production", Text(answer.Json["rule"]));
        (await broker.Wire.ResourceAsync(cookie)).IsRefused("TokenNotFound", "TSF3025");
    }

    [Fact]
    public async Task Rejects_guest_that_can_be_migrated()
    {
        await using var broker = await TdxBroker.StartAsync();
        var (answer, cookie) = await broker.AttestAsync(new TdxGuest { Quote = new SyntheticQuote { TdAttributes = [0, 0, 0, 0x30, 0, 0, 0, 0] } });
        answer.IsRefused("AttestationError", "TSF3005", "td_attributes", step: "ServiceTd");
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

    [Theory]
    [InlineData("members unsorted")]
    [InlineData("spaces between")]
    [InlineData("key's members unsorted")]
    [InlineData("additional evidence left out")]
    public async Task Rejects_runtime_data_hashed_in_another_form(string form)
    {
        await using var broker = await TdxBroker.StartAsync();
        var (cookie, nonce) = await broker.Wire.ChallengeAsync("tdx");
        var body = new TdxGuest().Attestation(broker.Wire, nonce);
        var key = body["runtime-data"]!["tee-pubkey"]!;
        var (x, y) = (Text(key["x"]), Text(key["y"]));
        var sorted = $$"""{"alg":"ECDH-ES+A256KW","crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""";
        var hashed = form switch
        {
            "members unsorted" => $$"""{"tee-pubkey":{{sorted}},"nonce":"{{nonce}}","additional-evidence":""}""",
            "spaces between" => $$"""{"additional-evidence": "", "nonce": "{{nonce}}", "tee-pubkey": {{sorted}}}""",
            "key's members unsorted" => $$$"""{"additional-evidence":"","nonce":"{{{nonce}}}","tee-pubkey":{"kty":"EC","crv":"P-256","alg":"ECDH-ES+A256KW","x":"{{{x}}}","y":"{{{y}}}"}}""",
            _ => $$"""{"nonce":"{{nonce}}","tee-pubkey":{{sorted}}}""",
        };
        Bind(body, hashed);
        (await broker.Wire.AttestAsync(cookie, body)).IsRefused("AttestationError", "TSF3016", "report_data", step: "ReportData");

        // The same text in the one form that counts is accepted, so it was the form that was refused.
        (cookie, nonce) = await broker.Wire.ChallengeAsync("tdx");
        body = new TdxGuest().Attestation(broker.Wire, nonce);
        Bind(body, $$"""{"additional-evidence":"","nonce":"{{nonce}}","tee-pubkey":{{sorted}}}""");
        Assert.Equal(HttpStatusCode.OK, (await broker.Wire.AttestAsync(cookie, body)).Status);

        static void Bind(JsonObject body, string text) =>
            body["tee-evidence"]!["primary_evidence"] = JsonNode.Parse(new TdxGuest().Evidence(SHA384.HashData(Encoding.UTF8.GetBytes(text))).GetRawText());
    }

    [Fact]
    public async Task Rejects_key_exchanged_after_the_evidence_was_taken()
    {
        await using var broker = await TdxBroker.StartAsync();
        using var thief = new WireClient(broker.Broker.Host.Address);
        var (cookie, nonce) = await broker.Wire.ChallengeAsync("tdx");
        var body = new TdxGuest().Attestation(broker.Wire, nonce);
        body["runtime-data"]!["tee-pubkey"] = thief.Attestation(nonce)["runtime-data"]!["tee-pubkey"]!.DeepClone();
        (await broker.Wire.AttestAsync(cookie, body)).IsRefused("AttestationError", "TSF3016", "report_data", step: "ReportData");
    }

    [Fact]
    public async Task Rejects_additional_evidence_that_was_taken_away_or_added_afterwards()
    {
        await using var broker = await TdxBroker.StartAsync();
        var (cookie, nonce) = await broker.Wire.ChallengeAsync("tdx");
        var body = new TdxGuest().Attestation(broker.Wire, nonce);
        var runtime = new RuntimeData { Nonce = nonce, TeePublicKey = TeePublicKey.ToJwk(broker.Wire.Key) };
        body["tee-evidence"]!["primary_evidence"] = JsonNode.Parse(new TdxGuest().Evidence(runtime.Digest("""{"nvidia":{}}""")).GetRawText());
        (await broker.Wire.AttestAsync(cookie, body)).IsRefused("AttestationError", "TSF3016", "report_data", step: "ReportData");

        // Evidence of devices is refused as such before anything is compared: there is nobody to judge it.
        (cookie, nonce) = await broker.Wire.ChallengeAsync("tdx");
        body = new TdxGuest().Attestation(broker.Wire, nonce);
        body["tee-evidence"]!["additional_evidence"] = """{"nvidia":{}}""";
        (await broker.Wire.AttestAsync(cookie, body)).IsRefused("AttestationError", "TSF3005", "additional_evidence");
    }

    [Fact]
    public async Task Rejects_platform_whose_level_is_of_an_earlier_day_than_the_rule_asks()
    {
        await using var broker = await TdxBroker.StartAsync(policy: TestPolicy.Of(TdxGuest.Rule(more: ",\"minimum_tcb_date\":\"2025-05-02\"")));
        var answer = await broker.ReleaseAsync(new TdxGuest());
        answer.IsRefused("PolicyDeny", "TSF3004", "minimum_tcb_date", step: "Policy");
        Assert.Equal(("2025-05-02 or later", "2025-05-01"), (Text(answer.Json["expected"]), Text(answer.Json["seen"])));

        await using var fitting = await TdxBroker.StartAsync(policy: TestPolicy.Of(TdxGuest.Rule(more: ",\"minimum_tcb_date\":\"2025-05-01\"")));
        Assert.Equal(HttpStatusCode.OK, (await fitting.ReleaseAsync(new TdxGuest())).Status);
    }

    [Theory]
    [InlineData("mr_td", "no measurement")]
    [InlineData("rtmr_0", "never extended")]
    [InlineData("rtmr_1", "never extended")]
    [InlineData("rtmr_2", "never extended")]
    [InlineData("mr_config_id", "every guest without initdata")]
    public async Task Broker_does_not_start_with_a_rule_that_pins_a_register_to_zeros(string register, string why)
    {
        var rule = JsonNode.Parse(TdxGuest.Rule())!;
        rule["tdx"]![register] = new JsonArray(new string('0', 96));
        var refused = await Assert.ThrowsAsync<TsfException>(() => TdxBroker.StartAsync(policy: TestPolicy.Of(rule.ToJsonString())));
        Assert.Equal(TsfErrors.InvalidPolicy, refused.Error);
        Assert.Contains($"$.rules[0].tdx.{register}: all zeros is", refused.Message, StringComparison.Ordinal);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
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
            new TdxGuest { EditBody = body => SHA384.HashData(Encoding.UTF8.GetBytes(Document)).CopyTo(body, 184) }, Document);
        answer.IsRefused("AttestationError", "TSF3005", "init-data", step: "InitData");
    }

    [Fact]
    public async Task Rejects_event_log_that_does_not_replay()
    {
        await using var broker = await TdxBroker.StartAsync();
        var log = new SyntheticLog().Add(1, 8, TdxGuest.Measured(0)).Add(2, 8, TdxGuest.Measured(1)).Add(2, 8, "invented"u8.ToArray()).Add(3, 8, TdxGuest.Measured(2)).ToArray();
        var (answer, _) = await broker.AttestAsync(new TdxGuest { EventLog = log });
        answer.IsRefused("AttestationError", "TSF3005", "cc_eventlog", step: "EventLog");
        Assert.StartsWith($"RTMR1 {TdxGuest.Register(1)}", Text(answer.Json["expected"]), StringComparison.Ordinal);

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
                var isLineEnd = false;
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

                // The data of an event are not extended themselves, and its header not at all: such a change may replay. Another white space
                // between the lines of a certificate's text (RFC 7468 section 3), or a NUL at its end, changes nothing that is certified.
                if (!(part == 1 || isLineEnd) || answer.Status != HttpStatusCode.OK)
                {
                    Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
                    Assert.Contains(Text(answer.Json["code"]), (string[])["TSF3005", "TSF3016"]);
                    Assert.NotEmpty(Text(answer.Json["step"]));
                }

                byte[] Change(byte[] bytes)
                {
                    var place = at % bytes.Length;
                    var changed = (byte)(bytes[place] ^ mask);
                    isLineEnd = bytes[place] == '\n' && (char.IsWhiteSpace((char)changed) || (changed == 0 && place == bytes.Length - 1));
                    bytes[place] = changed;
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
    public async Task Simulated_evidence_gets_no_challenge_where_no_rule_is_about_it()
    {
        await using var broker = await TdxBroker.StartAsync();
        var answer = await broker.Wire.SendAsync(HttpMethod.Post, "/kbs/v0/auth", WireClient.AuthBody());
        answer.IsRefused("AttestationError", "TSF3015", "tee");
        Assert.Equal("tdx", Text(answer.Json["expected"]));
        Assert.Null(answer.Cookie);
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

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
