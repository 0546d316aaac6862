using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Functions.Access;
using TrustedServe.Functions.Tests.Hosting;
using TrustedServe.Testing;

namespace TrustedServe.Functions.Tests.Evidence;

public sealed class AttestationTests
{
    private const string Simulated = "--TrustedServe:Trust:InsecureSimulatedEvidence=true";
    private const string Nonce = "00112233445566778899aabbccddeeff";

    [Fact]
    public async Task Evidence_is_bound_to_the_runtime_data_that_names_the_nonce_and_what_it_does_not_prove()
    {
        await using var host = await TestHost.StartAsync(["classify"], Simulated);
        using var response = await host.Client.GetAsync($"/attestation?nonce={Nonce}");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(response.Headers.CacheControl!.NoStore);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        var runtimeData = answer.GetProperty("runtime-data");
        Assert.Equal(Nonce, runtimeData.GetProperty("nonce").GetString());
        Assert.False(runtimeData.GetProperty("proves-connection").GetBoolean());
        Assert.False(runtimeData.TryGetProperty("tee-pubkey", out _));
        Assert.Equal(SHA384.HashData(CanonicalJson.Serialize(runtimeData)), answer.GetProperty("evidence").GetProperty("report_data").GetBytesFromBase64());
        Assert.Equal(("insecure-simulated", "sample"), (answer.GetProperty("trust").GetString(), answer.GetProperty("tee").GetString()));
        Assert.False(answer.TryGetProperty("collateral", out _));
        Assert.Equal("insecure-simulated", response.Headers.GetValues("x-trustedserve-trust").Single());
    }

    [Theory]
    [InlineData("")]
    [InlineData("?nonce=")]
    [InlineData("?nonce=00112233445566778899aabbccddee")]
    [InlineData("?nonce=00112233445566778899aabbccddeeff&nonce=00112233445566778899aabbccddeeff")]
    [InlineData("?nonce=00112233445566778899aabbccddeef%20")]
    [InlineData("?nonce=AAAAAAAAAAAAAAAAAAAAAA==")]
    [InlineData("?nonce=AAAAAAAAAAAAAAAAAAAAAB")]
    [InlineData("?Other=00112233445566778899aabbccddeeff")]
    public async Task Rejects_a_nonce_that_is_none(string query)
    {
        await using var host = await TestHost.StartAsync(["classify"], Simulated);
        await RefusedAsync(host, query, HttpStatusCode.BadRequest, "TSF4001");
        await RefusedAsync(host, $"?nonce={new string('a', 130)}", HttpStatusCode.BadRequest, "TSF4001");
    }

    [Theory]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("_-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    public async Task Accepts_base64url_and_hex_up_to_their_longest(string nonce)
    {
        await using var host = await TestHost.StartAsync(["classify"], Simulated);
        var answer = await host.Client.GetFromJsonAsync<JsonElement>($"/attestation?nonce={nonce}");
        Assert.Equal(nonce, answer.GetProperty("runtime-data").GetProperty("nonce").GetString());
    }

    [Fact]
    public async Task Rate_is_bounded_whoever_asks()
    {
        await using var host = await TestHost.StartAsync(["classify"], Simulated);
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => host.Client.GetAsync($"/attestation?nonce={Nonce}")));
        var refused = answers.Where(answer => answer.StatusCode == HttpStatusCode.ServiceUnavailable).ToList();
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.True(refused.Count >= 20, $"{refused.Count} of {answers.Length} were refused.");
        Assert.All(refused, answer => Assert.True(answer.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1)));
        Assert.Contains("TSF4012", await refused[0].Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Machine_without_evidence_says_so_and_where_its_files_lie_stays_unsaid()
    {
        await using var host = await TestHost.StartAsync(["classify"], "--TrustedServe:Trust:ReportRoot=/nowhere/report");
        Assert.DoesNotContain("nowhere", await RefusedAsync(host, $"?nonce={Nonce}", HttpStatusCode.NotFound, "TSF4018"));
    }

    [Fact]
    public async Task Is_open_without_a_key_where_everything_else_needs_one()
    {
        using var directory = new TemporaryDirectory();
        ApiKeyFile.Create(directory["keys.json"], "caller", ["*"], [ApiAction.Metadata]);
        await using var host = await TestHost.StartAsync(["classify"], Simulated, $"--TrustedServe:Http:ApiKeysFile={directory["keys.json"]}");
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Client.GetAsync("/v2")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Client.GetAsync($"/attestation?nonce={Nonce}")).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await host.PostAsync("/attestation", "{}")).StatusCode);
    }

    [Fact]
    public async Task Collateral_travels_with_the_evidence_and_is_read_anew_each_time()
    {
        using var directory = new TemporaryDirectory();
        var path = directory["bundle.json"];
        await using var host = await TestHost.StartAsync(["classify"], Simulated, $"--TrustedServe:Attestation:CollateralFile={path}");
        Assert.DoesNotContain("bundle.json", await RefusedAsync(host, $"?nonce={Nonce}", HttpStatusCode.InternalServerError, "TSF0008"));
        File.WriteAllText(path, "{}");
        await RefusedAsync(host, $"?nonce={Nonce}", HttpStatusCode.InternalServerError, "TSF0008");
        File.WriteAllText(path, """{"tcb_info":"{}","tcb_info_issuer_chain":"a","qe_identity":"{}","qe_identity_issuer_chain":"b"}""");
        var answer = await host.Client.GetFromJsonAsync<JsonElement>($"/attestation?nonce={Nonce}");
        Assert.Equal("a", answer.GetProperty("collateral").GetProperty("tcb_info_issuer_chain").GetString());
    }

    [Theory]
    [InlineData("--TrustedServe:Trust:InsecureSimulatedEvidence=true", "insecure-simulated")]
    [InlineData("--TrustedServe:Trust:KeySource=Broker", "tdx")]
    [InlineData("--TrustedServe:Trust:KeySource=GuestApi", "coco")]
    public async Task Readiness_metrics_and_log_say_which_trust_is_in_force(string argument, string kind)
    {
        // No worker gets ready here: the double would say that its trust is made up.
        await using var host = await TestHost.StartAsync(["never-ready"], argument);
        using var ready = await host.Health.GetAsync("/healthz/ready");
        Assert.Contains($"\"trust\":\"{kind}\"", await ready.Content.ReadAsStringAsync());
        var metrics = await host.Health.GetStringAsync("/metrics");
        Assert.Contains($"trustedserve_trust{{kind=\"{kind}\"}} 1\n", metrics);
        Assert.True(host.Log.Has(2002));
        Assert.Equal(2, metrics.Split('\n').Count(line => line.StartsWith("trustedserve_trust{", StringComparison.Ordinal) && line.EndsWith(" 0", StringComparison.Ordinal)));
    }

    private static async Task<string> RefusedAsync(TestHost host, string query, HttpStatusCode status, string code)
    {
        using var response = await host.Client.GetAsync($"/attestation{query}");
        var body = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode && body.Contains(code, StringComparison.Ordinal), body);
        return body;
    }
}
