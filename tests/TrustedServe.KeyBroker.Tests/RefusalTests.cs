using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.Attestation.Keys;
using TrustedServe.KeyBroker.Tests.Support;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.KeyBroker.Tests;

public sealed class RefusalTests
{
    [Fact]
    public async Task Rejects_unknown_measurement_with_claim_expected_and_seen()
    {
        await using var broker = await RunningBroker.StartAsync();
        using var client = broker.Client(TestPolicy.Unknown);

        var exception = await Assert.ThrowsAsync<TsfException>(() => client.GetAsync(RunningBroker.Model, CancellationToken.None));

        Assert.Equal(TsfErrors.MeasurementRefused, exception.Error);
        Assert.Equal(new Refusal("measurement", TestPolicy.Known, TestPolicy.Unknown, "models"), Refusal.Of(exception));
        Assert.Contains(TestPolicy.Unknown, exception.Message, StringComparison.Ordinal);
        Assert.Contains(TestPolicy.Known, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejects_resource_without_a_rule_and_does_not_tell_whether_it_is_there()
    {
        await using var broker = await RunningBroker.StartAsync();
        var (cookie, _) = await broker.Wire.AttestAsync();

        var present = await broker.Wire.ResourceAsync(cookie, path: RunningBroker.NoRule.Path);
        var absent = await broker.Wire.ResourceAsync(cookie, path: "rows/langid/v9");

        present.IsRefused("PolicyDeny", "TSF3004", "resource");
        Assert.Equal(present.Body, absent.Body.Replace("v9", "v1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Missing_resource_is_final_for_the_client()
    {
        await using var broker = await RunningBroker.StartAsync();
        using var client = broker.Client();

        var exception = await Assert.ThrowsAsync<TsfException>(() => client.GetAsync(RunningBroker.NotThere, CancellationToken.None));

        Assert.Equal(TsfErrors.KeyNotFound, exception.Error);
        Assert.Single(broker.Audit.Split('\n'), line => line.Contains("attest\"", StringComparison.Ordinal));
        (await broker.Wire.ResourceAsync(bearer: (await broker.Wire.AttestAsync()).Token, path: RunningBroker.NotThere.Path)).IsRefused("PluginInternalError", "TSF3006");
    }

    [Fact]
    public async Task Rejects_nonce_of_another_session()
    {
        await using var broker = await RunningBroker.StartAsync();
        var (cookie, _) = await broker.Wire.ChallengeAsync();
        var (_, other) = await broker.Wire.ChallengeAsync();

        (await broker.Wire.AttestAsync(cookie, broker.Wire.Attestation(other))).IsRefused("AttestationError", "TSF3009", "nonce");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(42)]
    public async Task Rejects_nonce_that_differs_in_one_character(int at)
    {
        await using var broker = await RunningBroker.StartAsync();
        var (cookie, nonce) = await broker.Wire.ChallengeAsync();
        var other = $"{nonce[..at]}{(nonce[at] == 'A' ? 'B' : 'A')}{nonce[(at + 1)..]}";

        (await broker.Wire.AttestAsync(cookie, broker.Wire.Attestation(other))).IsRefused("AttestationError", "TSF3009", "nonce");
    }

    [Fact]
    public async Task Attested_session_gets_the_token_that_it_has_whatever_it_sends()
    {
        await using var broker = await RunningBroker.StartAsync();
        var (cookie, nonce) = await broker.Wire.ChallengeAsync();
        var first = await broker.Wire.AttestAsync(cookie, broker.Wire.Attestation(nonce));
        Assert.Equal(HttpStatusCode.OK, first.Status);
        var other = broker.Wire.Attestation(nonce);
        other["tee-evidence"]!["primary_evidence"]!["svn"] = "2";
        var second = await broker.Wire.AttestAsync(cookie, other);
        Assert.Equal(HttpStatusCode.OK, second.Status);
        Assert.Equal(first.Body, second.Body);
    }

    [Fact]
    public async Task Rejects_second_use_of_a_nonce_after_a_failure()
    {
        await using var broker = await RunningBroker.StartAsync();
        var (cookie, nonce) = await broker.Wire.ChallengeAsync();
        var wrong = broker.Wire.Attestation(nonce);
        wrong["tee-evidence"]!["primary_evidence"]!["svn"] = "2";
        (await broker.Wire.AttestAsync(cookie, wrong)).IsRefused("AttestationError", "TSF3005", "svn");
        (await broker.Wire.AttestAsync(cookie, broker.Wire.Attestation(nonce))).IsRefused("AttestationError", "TSF3009");
    }

    [Fact]
    public async Task Rejects_expired_session_and_unknown_session()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var broker = await RunningBroker.StartAsync(time);
        var (cookie, nonce) = await broker.Wire.ChallengeAsync();
        time.Advance(TimeSpan.FromMinutes(5));

        (await broker.Wire.AttestAsync(cookie, broker.Wire.Attestation(nonce))).IsRefused("AttestationError", "TSF3009");
        (await broker.Wire.AttestAsync("0123456789abcdef", broker.Wire.Attestation(nonce))).IsRefused("AttestationError", "TSF3009");
        (await broker.Wire.AttestAsync(null, broker.Wire.Attestation(nonce))).IsRefused("AttestationError", "TSF3009");
    }

    [Fact]
    public async Task Session_just_before_its_end_is_served()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var broker = await RunningBroker.StartAsync(time);
        var (cookie, nonce) = await broker.Wire.ChallengeAsync();
        time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));

        Assert.Equal(HttpStatusCode.OK, (await broker.Wire.AttestAsync(cookie, broker.Wire.Attestation(nonce))).Status);
    }

    [Fact]
    public async Task Rejects_evidence_bound_to_another_key()
    {
        await using var broker = await RunningBroker.StartAsync();
        using var thief = new WireClient(broker.Host.Address);
        var (cookie, nonce) = await broker.Wire.ChallengeAsync();
        var body = broker.Wire.Attestation(nonce);
        body["runtime-data"]!["tee-pubkey"] = thief.Attestation(nonce)["runtime-data"]!["tee-pubkey"]!.DeepClone();

        (await broker.Wire.AttestAsync(cookie, body)).IsRefused("AttestationError", "TSF3016", "report_data");
    }

    [Theory]
    [InlineData("")]
    [InlineData("AAAA")]
    [InlineData("not base64")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Rejects_wrong_report_data(string reportData)
    {
        await using var broker = await RunningBroker.StartAsync();
        var (cookie, nonce) = await broker.Wire.ChallengeAsync();
        var body = broker.Wire.Attestation(nonce);
        body["tee-evidence"]!["primary_evidence"]!["report_data"] = reportData;

        (await broker.Wire.AttestAsync(cookie, body)).IsRefused("AttestationError", "TSF3016", "report_data");
    }

    [Theory]
    [InlineData("tdx")]
    [InlineData("snp")]
    [InlineData("")]
    [InlineData("Sample")]
    [InlineData("sample\\n\\u0007evil")]
    public async Task Rejects_unknown_tee_by_name(string tee)
    {
        await using var broker = await RunningBroker.StartAsync();
        var answer = await broker.Wire.SendAsync(HttpMethod.Post, "/kbs/v0/auth", WireClient.AuthBody(tee));
        answer.IsRefused("AttestationError", "TSF3015", "tee");
        Assert.Equal("sample", answer.Json["expected"]!.GetValue<string>());
        Assert.Null(answer.Cookie);
    }

    [Theory]
    [InlineData("0.1.0")]
    [InlineData("0.1.1")]
    [InlineData("0.3.0")]
    [InlineData("0.4.1")]
    [InlineData("0.5.0")]
    [InlineData("")]
    public async Task Rejects_other_protocol_version_with_the_text_that_clients_look_for(string version)
    {
        await using var broker = await RunningBroker.StartAsync();
        var answer = await broker.Wire.SendAsync(HttpMethod.Post, "/kbs/v0/auth", WireClient.AuthBody(version: version));
        answer.IsRefused("AttestationError", "TSF3013");
        Assert.Contains("KBS Client Protocol Version Mismatch", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("init-data", """{"format":"toml","body":"version = \"0.1.0\""}""", "TSF3005", "init-data")]
    [InlineData("init-data", "7", "TSF3005", "init-data")]
    [InlineData("tee-evidence", """{"primary_evidence":null}""", "TSF3005", "svn")]
    [InlineData("tee-evidence", """{"primary_evidence":[1],"additional_evidence":""}""", "TSF3005", "svn")]
    [InlineData("tee-evidence", """{"primary_evidence":{},"additional_evidence":"{}"}""", "TSF3005", "additional_evidence")]
    public async Task Rejects_evidence_that_it_cannot_judge(string member, string value, string code, string claim)
    {
        await using var broker = await RunningBroker.StartAsync();
        var (cookie, nonce) = await broker.Wire.ChallengeAsync();
        var body = broker.Wire.Attestation(nonce);
        body[member] = JsonNode.Parse(value);

        (await broker.Wire.AttestAsync(cookie, body)).IsRefused("AttestationError", code, claim);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"kty":"EC","crv":"P-256","alg":"ECDH-ES+A256KW","x":"AA","y":"AA"}""")]
    [InlineData("""{"kty":"EC","crv":"P-256","alg":"ECDH-ES+A256KW","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}""")]
    [InlineData("""{"kty":"RSA","alg":"RSA1_5","n":"AQAB","e":"AQAB"}""")]
    [InlineData("""{"kty":"RSA","alg":"RSA-OAEP-256","n":"AQAB","e":"AQAB"}""")]
    [InlineData("""{"kty":"oct","k":"AAAA"}""")]
    [InlineData("""{"kty":"\ud800"}""")]
    public async Task Rejects_keys_that_nothing_can_be_encrypted_to(string jwk)
    {
        await using var broker = await RunningBroker.StartAsync();
        var (cookie, nonce) = await broker.Wire.ChallengeAsync();
        var body = broker.Wire.Attestation(nonce).ToJsonString().Replace(
            broker.Wire.Attestation(nonce)["runtime-data"]!["tee-pubkey"]!.ToJsonString(), jwk, StringComparison.Ordinal);

        var answer = await broker.Wire.SendAsync(HttpMethod.Post, "/kbs/v0/attest", body, cookie);

        answer.IsRefused("SerdeError", "TSF3014");
    }

    [Theory]
    [InlineData("/kbs/v0/auth", "")]
    [InlineData("/kbs/v0/auth", "null")]
    [InlineData("/kbs/v0/auth", "{")]
    [InlineData("/kbs/v0/auth", "[]")]
    [InlineData("/kbs/v0/auth", """{"version":"0.4.0","tee":"sample"}""")]
    [InlineData("/kbs/v0/auth", """{"version":null,"tee":"sample","extra-params":""}""")]
    [InlineData("/kbs/v0/auth", """{"version":"0.4.0","version":"0.4.0","tee":"sample","extra-params":""}""")]
    [InlineData("/kbs/v0/auth", """{"version":"\ud800","tee":"sample","extra-params":""}""")]
    [InlineData("/kbs/v0/auth", """{"version":"0.4.0","tee":"sample","extra-params":"","\ud800":1}""")]
    [InlineData("/kbs/v0/attest", "{}")]
    [InlineData("/kbs/v0/attest", """{"runtime-data":{"nonce":"\udc00","tee-pubkey":{}},"tee-evidence":{"primary_evidence":{}}}""")]
    [InlineData("/kbs/v0/attest", """{"runtime-data":null,"tee-evidence":{"primary_evidence":{}}}""")]
    public async Task Rejects_malformed_bodies(string path, string body)
    {
        await using var broker = await RunningBroker.StartAsync();
        var (cookie, _) = await broker.Wire.ChallengeAsync();
        (await broker.Wire.SendAsync(HttpMethod.Post, path, body, cookie)).IsRefused("SerdeError", "TSF3014");
    }

    [Fact]
    public async Task Rejects_deep_nesting_and_a_body_over_the_limit()
    {
        await using var broker = await RunningBroker.StartAsync();
        var deep = $$"""{"version":"0.4.0","tee":"sample","extra-params":{{new string('[', 5_000)}}{{new string(']', 5_000)}}}""";
        (await broker.Wire.SendAsync(HttpMethod.Post, "/kbs/v0/auth", deep)).IsRefused("SerdeError", "TSF3014");

        var large = new StringBuilder("\"").Append('x', (2 << 20) + 1).Append('"').ToString();
        var (cookie, _) = await broker.Wire.ChallengeAsync();
        (await broker.Wire.SendAsync(HttpMethod.Post, "/kbs/v0/attest", large, cookie)).IsRefused("SerdeError", "TSF3014", status: HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal(HttpStatusCode.OK, (await broker.Wire.SendAsync(HttpMethod.Post, "/kbs/v0/auth", WireClient.AuthBody())).Status);
    }

    [Theory]
    [InlineData("GET", "/")]
    [InlineData("GET", "/kbs/v0/auth")]
    [InlineData("POST", "/kbs/v0/resource/models/langid/v1")]
    [InlineData("DELETE", "/kbs/v0/resource/models/langid/v1")]
    [InlineData("POST", "/kbs/v0/resource-policy")]
    [InlineData("GET", "/kbs/v0/resource/models/langid")]
    [InlineData("GET", "/kbs/v0/resource/models/langid/v1/more")]
    [InlineData("GET", "/kbs/v0/resource/models/langid/..%2f..%2froot.key")]
    [InlineData("GET", "/kbs/v0/resource/models/langid/.hidden")]
    [InlineData("GET", "/kbs/v0/resource/models/lang%00id/v1")]
    public async Task Rejects_unknown_paths(string method, string path)
    {
        await using var broker = await RunningBroker.StartAsync();
        var (cookie, _) = await broker.Wire.AttestAsync();
        var answer = await broker.Wire.SendAsync(new HttpMethod(method), path, cookie: cookie);
        Assert.True(answer.Status is HttpStatusCode.NotFound or HttpStatusCode.BadRequest, answer.Status.ToString());
        Assert.DoesNotContain(Convert.ToBase64String(RunningBroker.Secret), answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejects_simulated_evidence_once_the_policy_has_no_rule_about_it()
    {
        await using var broker = await RunningBroker.StartAsync();
        var (cookie, nonce) = await broker.Wire.ChallengeAsync();
        File.WriteAllText(broker.PolicyFile, TestPolicy.Of());

        (await broker.Wire.AttestAsync(cookie, broker.Wire.Attestation(nonce))).IsRefused("AttestationError", "TSF3015", "tee");
        (await broker.Wire.ResourceAsync(cookie)).IsRefused("TokenNotFound", "TSF3025");
    }
}
