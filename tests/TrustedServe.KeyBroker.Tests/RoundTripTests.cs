using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using TrustedServe.Attestation.Evidence;
using TrustedServe.Attestation.Jose;
using TrustedServe.Attestation.Kbs;
using TrustedServe.Attestation.Keys;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.KeyBroker.Tests.Support;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.KeyBroker.Tests;

public sealed class RoundTripTests
{
    [Fact]
    public async Task Client_with_known_measurement_gets_the_resource()
    {
        await using var broker = await RunningBroker.StartAsync();
        using var client = broker.Client();

        using var release = await client.GetAsync(RunningBroker.Model, CancellationToken.None);

        Assert.Equal(RunningBroker.Secret, release.Resource.Span.ToArray());
        Assert.Equal("insecure-simulated", client.TrustKind);
        Assert.Equal("sample", release.Details["tee"]);
        Assert.Equal(TestPolicy.Known, release.Details["measurement"]);
        Assert.Equal("models", release.Details["rule"]);
        Assert.Equal(broker.Host.Address.GetLeftPart(UriPartial.Authority), release.Details["broker"]);
    }

    [Fact]
    public async Task Configured_source_attests_with_the_measurement_of_the_running_program()
    {
        var measurement = ProgramMeasurement.Of(AppContext.BaseDirectory);
        await using var broker = await RunningBroker.StartAsync(policy: TestPolicy.Of(TestPolicy.Rule("this program", "models/langid/*", measurement)));
        using var client = KeySources.Create(new TrustConfig { Broker = broker.Host.Address, InsecureSimulatedEvidence = true }, TimeProvider.System);

        using var release = await client.GetAsync(RunningBroker.Model, CancellationToken.None);

        Assert.Equal(measurement, release.Details["measurement"]);
    }

    [Fact]
    public async Task Largest_resource_fits_an_answer()
    {
        await using var broker = await RunningBroker.StartAsync();
        var large = RandomNumberGenerator.GetBytes(KbsProtocol.MaxResourceBytes);
        using (var store = ResourceStore.Open(broker.Folder["broker"]))
        {
            store.Put(RunningBroker.NotThere, large);
        }

        using var client = broker.Client();
        using var release = await client.GetAsync(RunningBroker.NotThere, CancellationToken.None);

        Assert.True(release.Resource.Span.SequenceEqual(large));
    }

    [Fact]
    public async Task Token_serves_for_several_resources_with_one_attestation()
    {
        await using var broker = await RunningBroker.StartAsync();
        using var client = broker.Client();
        for (var i = 0; i < 3; i++)
        {
            using var release = await client.GetAsync(RunningBroker.Model, CancellationToken.None);
        }

        Assert.Equal(1, Lines(broker, "attest"));
        Assert.Equal(3, Lines(broker, "release"));
    }

    [Fact]
    public async Task Token_outlives_a_restart_of_the_broker()
    {
        using var folder = new TrustedServe.Testing.TemporaryDirectory();
        string token;
        ECDiffieHellman key;
        await using (var first = await RunningBroker.StartAsync(folder: folder))
        {
            (_, token) = await first.Wire.AttestAsync();
            key = ECDiffieHellman.Create(first.Wire.Key.ExportParameters(true));
        }

        using (key)
        {
            await using var second = await RunningBroker.StartAsync(folder: folder);
            var answer = await second.Wire.ResourceAsync(bearer: token);
            using var opened = JweReader.Decrypt(FlattenedJwe.Parse(Encoding.UTF8.GetBytes(answer.Body)), key);
            Assert.Equal(RunningBroker.Secret, opened.Span.ToArray());
        }
    }

    [Fact]
    public async Task Cookie_of_an_attested_session_opens_resources_too()
    {
        await using var broker = await RunningBroker.StartAsync();
        var (cookie, _) = await broker.Wire.AttestAsync();

        var answer = await broker.Wire.ResourceAsync(cookie);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(["protected", "encrypted_key", "iv", "ciphertext", "tag"], ((JsonObject)answer.Json).Select(member => member.Key));
    }

    [Fact]
    public async Task Guest_with_an_RSA_key_is_served()
    {
        await using var broker = await RunningBroker.StartAsync();
        using var rsa = RSA.Create(2048);
        var numbers = rsa.ExportParameters(false);
        var jwk = new JsonObject { ["kty"] = "RSA", ["alg"] = "RSA-OAEP-256", ["n"] = StrictBase64Url.Encode(numbers.Modulus), ["e"] = "AQAB" };
        var (cookie, nonce) = await broker.Wire.ChallengeAsync();
        var body = broker.Wire.Attestation(nonce);
        body["runtime-data"]!["tee-pubkey"] = jwk;
        var runtime = KbsJson.Read<RuntimeData>(Encoding.UTF8.GetBytes(body["runtime-data"]!.ToJsonString()), "runtime data");
        body["tee-evidence"]!["primary_evidence"]!["report_data"] = Convert.ToBase64String(runtime.Digest(""));
        Assert.Equal(HttpStatusCode.OK, (await broker.Wire.AttestAsync(cookie, body)).Status);

        var answer = await broker.Wire.ResourceAsync(cookie);

        using var opened = JweReader.Decrypt(FlattenedJwe.Parse(Encoding.UTF8.GetBytes(answer.Body)), rsa);
        Assert.Equal(RunningBroker.Secret, opened.Span.ToArray());
    }

    [Fact]
    public async Task Health_says_nothing_but_ok()
    {
        await using var broker = await RunningBroker.StartAsync();
        var answer = await broker.Wire.SendAsync(HttpMethod.Get, "/healthz");
        Assert.Equal((HttpStatusCode.OK, "ok"), (answer.Status, answer.Body));
    }

    private static int Lines(RunningBroker broker, string decision) =>
        broker.Audit.Split('\n').Count(line => line.Contains($"\"decision\":\"{decision}\"", StringComparison.Ordinal));
}
