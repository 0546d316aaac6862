using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.Attestation.Jose;
using TrustedServe.KeyBroker.Tests.Support;

namespace TrustedServe.KeyBroker.Tests;

public sealed class TokenTests
{
    [Fact]
    public async Task Token_has_the_shape_of_an_attestation_result()
    {
        await using var broker = await RunningBroker.StartAsync();
        var (_, token) = await broker.Wire.AttestAsync();
        var parts = token.Split('.');
        var header = Decode(parts[0]);
        var claims = Decode(parts[1]);

        Assert.Equal("ES256", header["alg"]!.GetValue<string>());
        Assert.Equal("tag:github.com,2024:confidential-containers/Trustee", claims["eat_profile"]!.GetValue<string>());
        Assert.Equal(300, claims["exp"]!.GetValue<long>() - claims["iat"]!.GetValue<long>());
        var cpu = claims["submods"]!["cpu0"]!;
        Assert.Equal("contraindicated", cpu["ear.status"]!.GetValue<string>());
        Assert.Equal(8, cpu["ear.trustworthiness-vector"]!.AsObject().Count);
        var evidence = cpu["ear.veraison.annotated-evidence"]!;
        Assert.Equal("EC", evidence["runtime_data_claims"]!["tee-pubkey"]!["kty"]!.GetValue<string>());
        Assert.Equal("", evidence["runtime_data_claims"]!["additional-evidence"]!.GetValue<string>());
        Assert.Equal(TestPolicy.Known, evidence["sample"]!["measurement"]!.GetValue<string>());
        Assert.Equal(96, evidence["report_data"]!.GetValue<string>().Length);

        // The key in the header verifies the token: relying parties can pin it by its identifier.
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Bytes(header["jwk"]!["x"]!.GetValue<string>()), Y = Bytes(header["jwk"]!["y"]!.GetValue<string>()) },
        });
        Assert.True(key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Bytes(parts[2]), HashAlgorithmName.SHA256));
    }

    [Fact]
    public async Task Rejects_missing_token()
    {
        await using var broker = await RunningBroker.StartAsync();
        (await broker.Wire.ResourceAsync()).IsRefused("TokenNotFound", "TSF3025");
        var (cookie, _) = await broker.Wire.ChallengeAsync();
        (await broker.Wire.ResourceAsync(cookie)).IsRefused("TokenNotFound", "TSF3025");
    }

    [Fact]
    public async Task Rejects_algorithm_none_in_every_spelling()
    {
        await using var broker = await RunningBroker.StartAsync();
        var (_, token) = await broker.Wire.AttestAsync();
        var parts = token.Split('.');
        foreach (var algorithm in new[] { "none", "None", "NONE", "HS256", "es256", "ES384", "" })
        {
            var header = Encode(new JsonObject { ["typ"] = "JWT", ["alg"] = algorithm });
            foreach (var signature in new[] { "", parts[2], "AAAA" })
            {
                (await broker.Wire.ResourceAsync(bearer: $"{header}.{parts[1]}.{signature}")).IsRefused("TokenVerifierError", "TSF3008");
            }
        }
    }

    [Fact]
    public async Task Rejects_token_signed_by_a_key_that_its_own_header_brings()
    {
        await using var broker = await RunningBroker.StartAsync();
        var (_, token) = await broker.Wire.AttestAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(false).Q;
        var header = Decode(token.Split('.')[0]);
        header["jwk"]!["x"] = StrictBase64Url.Encode(point.X);
        header["jwk"]!["y"] = StrictBase64Url.Encode(point.Y);
        var signed = $"{Encode(header)}.{token.Split('.')[1]}";
        var forged = $"{signed}.{StrictBase64Url.Encode(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";

        (await broker.Wire.ResourceAsync(bearer: forged)).IsRefused("TokenVerifierError", "TSF3008");
    }

    [Fact]
    public async Task Rejects_token_of_another_broker()
    {
        await using var broker = await RunningBroker.StartAsync();
        await using var other = await RunningBroker.StartAsync();
        var (_, token) = await other.Wire.AttestAsync();
        (await broker.Wire.ResourceAsync(bearer: token)).IsRefused("TokenVerifierError", "TSF3008");
    }

    [Fact]
    public async Task Rejects_expired_token_and_the_client_attests_again()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var broker = await RunningBroker.StartAsync(time);
        var (cookie, token) = await broker.Wire.AttestAsync();
        using var client = broker.Client();
        (await client.GetAsync(RunningBroker.Model, CancellationToken.None)).Dispose();
        time.Advance(TimeSpan.FromMinutes(5));

        (await broker.Wire.ResourceAsync(bearer: token)).IsRefused("TokenVerifierError", "TSF3008");
        (await broker.Wire.ResourceAsync(cookie)).IsRefused("TokenNotFound", "TSF3025");
        using var release = await client.GetAsync(RunningBroker.Model, CancellationToken.None);
        Assert.Equal(RunningBroker.Secret, release.Resource.Span.ToArray());
    }

    [Fact]
    public async Task Rejects_token_from_the_future()
    {
        using var folder = new TrustedServe.Testing.TemporaryDirectory();
        string token;
        await using (var ahead = await RunningBroker.StartAsync(new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero)), folder))
        {
            (_, token) = await ahead.Wire.AttestAsync();
        }

        await using var broker = await RunningBroker.StartAsync(new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)), folder);
        (await broker.Wire.ResourceAsync(bearer: token)).IsRefused("TokenVerifierError", "TSF3008");
    }

    [Fact]
    public async Task Any_changed_character_of_a_token_is_refused()
    {
        await using var broker = await RunningBroker.StartAsync();
        var (_, token) = await broker.Wire.AttestAsync();
        var alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
        await Gen.Select(Gen.Int[0, token.Length - 1], Gen.Int[0, alphabet.Length - 1]).SampleAsync(
            async change =>
            {
                var (at, character) = change;
                if (token[at] != alphabet[character])
                {
                    var changed = token[..at] + alphabet[character] + token[(at + 1)..];
                    Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await broker.Wire.ResourceAsync(bearer: changed)).Status);
                }
            },
            iter: 300);
    }

    private static JsonNode Decode(string part) => JsonNode.Parse(Bytes(part))!;

    private static byte[] Bytes(string part) => StrictBase64Url.TryDecode(part, 65536, out var bytes) ? bytes : throw new FormatException(part);

    private static string Encode(JsonNode json) => StrictBase64Url.Encode(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
