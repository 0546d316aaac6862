using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using TrustedServe.Attestation.Ear;
using TrustedServe.Attestation.Tests.Ear;
using TrustedServe.KeyBroker.Hosting;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.KeyBroker.Tests.Support;

namespace TrustedServe.Cli.Tests.Attest;

/// <summary><c>attest token verify</c> on tokens of an embedded broker, and on tokens that somebody else made.</summary>
public sealed class TokenVerifyTests : IDisposable
{
    private readonly AttestCase test = new();
    private readonly EarSigner stranger = new();

    public void Dispose()
    {
        stranger.Dispose();
        test.Dispose();
    }

    [Fact]
    public async Task Token_of_a_broker_verifies_with_its_published_keys_at_their_address_and_in_a_file()
    {
        await using var broker = await StartBrokerAsync();
        var (token, keys) = await TokenAsync(broker);
        string[] accepting = ["token", "verify", "--token", Write("token", token), "--accept", .. Enum.GetNames<EarStatus>()];

        var (fetched, answer) = await test.JsonAsync([.. accepting, "--jwks", new Uri(broker.Address, "/kbs/v0/jwks").AbsoluteUri]);
        Assert.True(fetched == 0, answer.ToString());
        Assert.True(answer.GetProperty("accepted").GetBoolean());
        Assert.Equal("trustedserve-key-broker", answer.GetProperty("issuer").GetString());
        Assert.Equal(TestPolicy.Known, answer.GetProperty("evidence").GetProperty("sample").GetProperty("measurement").GetString());

        var (exitCode, output) = await test.RunAsync([.. accepting, "--jwks", Write("jwks.json", keys)]);
        Assert.True(exitCode == 0, output);
        Assert.Contains("✓ accepted", output, StringComparison.Ordinal);
        Assert.Contains("Signature", output, StringComparison.Ordinal);
        Assert.DoesNotContain(token[^40..], output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejects_simulated_evidence_unless_its_status_is_accepted()
    {
        await using var broker = await StartBrokerAsync();
        var (token, keys) = await TokenAsync(broker);
        await RefusesAsync("Status", "TSF3409", Write("token", token), "--jwks", Write("jwks.json", keys));
    }

    [Fact]
    public async Task Rejects_another_issuer_a_changed_token_and_another_signer_by_their_steps()
    {
        await using var broker = await StartBrokerAsync();
        var (token, keys) = await TokenAsync(broker);
        var (file, jwks) = (Write("token", token), Write("jwks.json", keys));
        await RefusesAsync("Issuer", "TSF3407", file, "--jwks", jwks, "--issuer", "somebody");
        await RefusesAsync("Signature", "TSF3404", file, "--key", Write("key.pem", stranger.Pem));
        await RefusesAsync("Signer", "TSF3403", file, "--jwks", Write("other.json", Encoding.UTF8.GetString(EarSigner.Jwks(stranger.Jwk("another")))));
        var parts = token.Split('.');
        await RefusesAsync("Signature", "TSF3404", Write("changed", $"{parts[0]}.{parts[1][..^4]}AAAA.{parts[2]}"), "--jwks", jwks);
        await RefusesAsync("Form", "TSF3401", Write("half", parts[0]), "--jwks", jwks);
    }

    [Fact]
    public async Task Rejects_a_token_that_brings_its_own_key()
    {
        await using var broker = await StartBrokerAsync();
        var (_, keys) = await TokenAsync(broker);
        var kid = JsonNode.Parse(keys)!["keys"]![0]!["kid"]!.GetValue<string>();
        var header = EarSigner.Header();
        header["kid"] = kid;
        header["jwk"] = stranger.Jwk(kid);
        await RefusesAsync("Signature", "TSF3404", Write("forged", stranger.Sign(header: header)), "--jwks", Write("jwks.json", keys));
    }

    [Fact]
    public async Task Token_without_a_trusted_signer_is_not_judged()
    {
        var (exitCode, output) = await test.RunAsync("token", "verify", "--token", Write("token", stranger.Sign()));
        Assert.Equal(1, exitCode);
        Assert.Contains("TSF0010", output, StringComparison.Ordinal);
    }

    private async Task RefusesAsync(string step, string code, string token, params string[] options)
    {
        var (exitCode, answer) = await test.JsonAsync(["token", "verify", "--token", token, .. options]);
        Assert.Equal(1, exitCode);
        Assert.False(answer.GetProperty("accepted").GetBoolean());
        Assert.Equal((step, code), (answer.GetProperty("step").GetString(), answer.GetProperty("code").GetString()));
    }

    private string Write(string name, string text) => test.Write(name, Encoding.UTF8.GetBytes(text));

    private async Task<BrokerHost> StartBrokerAsync()
    {
        ResourceStore.Open(test.Path("broker")).Dispose();
        var policy = Write("policy.json", TestPolicy.Of(TestPolicy.Rule("all", "*/*/*", TestPolicy.Known)));
        return await BrokerHost.StartAsync(new BrokerOptions { Folder = test.Path("broker"), PolicyFile = policy }, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);
    }

    private static async Task<(string Token, string Keys)> TokenAsync(BrokerHost broker)
    {
        using var wire = new WireClient(broker.Address);
        var (_, token) = await wire.AttestAsync();
        return (token, (await wire.SendAsync(HttpMethod.Get, "/kbs/v0/jwks")).Body);
    }
}
