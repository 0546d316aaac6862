using System.Text;
using Microsoft.AspNetCore.Http;
using TrustedServe.Attestation.Evidence;
using TrustedServe.Attestation.Keys;
using TrustedServe.Attestation.Tests.Support;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Attestation.Tests;

public sealed class BrokerKeySourceTests
{
    private const string Auth = "POST /kbs/v0/auth";
    private const string Attest = "POST /kbs/v0/attest";
    private const string Resource = "GET /kbs/v0/resource/models/a/v1";
    private static readonly KeyId Id = KeyId.Parse("kbs:///models/a/v1");

    [Fact]
    public async Task Attests_once_and_keeps_the_token()
    {
        var broker = new BrokerDouble();
        await using var server = await ScriptedServer.StartAsync((context, _) => broker.AnswerAsync(context));
        using var source = Source(server.Address);
        for (var i = 0; i < 2; i++)
        {
            using var release = await source.GetAsync(Id, CancellationToken.None);
            Assert.Equal(BrokerDouble.Secret, release.Resource.Span.ToArray());
            Assert.False(release.Details.ContainsKey("rule"));
        }

        Assert.Equal([Auth, Attest, Resource, Resource], server.Requests);
    }

    [Theory]
    [InlineData("TokenNotFound")]
    [InlineData("TokenVerifierError")]
    [InlineData("AttestationError")]
    public async Task Attests_again_when_the_token_is_refused(string name)
    {
        var broker = new BrokerDouble();
        await using var server = await ScriptedServer.StartAsync((context, number) => number == 4 ? BrokerDouble.RefuseAsync(context, name) : broker.AnswerAsync(context));
        using var source = Source(server.Address);
        (await source.GetAsync(Id, CancellationToken.None)).Dispose();
        (await source.GetAsync(Id, CancellationToken.None)).Dispose();

        Assert.Equal([Auth, Attest, Resource, Resource, Auth, Attest, Resource], server.Requests);
    }

    [Fact]
    public async Task Attesting_again_is_bounded()
    {
        var broker = new BrokerDouble();
        await using var server = await ScriptedServer.StartAsync((context, _) =>
            context.Request.Method == "GET" ? BrokerDouble.RefuseAsync(context, "TokenVerifierError") : broker.AnswerAsync(context));
        using var source = Source(server.Address);

        Assert.Equal(TsfErrors.TokenRejected, (await RefusedAsync(source)).Error);
        Assert.Equal(9, server.Requests.Count);
    }

    [Theory]
    [InlineData("PolicyDeny", "TSF3004")]
    [InlineData("PluginInternalError", "TSF3006")]
    [InlineData("PluginNotFound", "TSF3019")]
    [InlineData("JweError", "TSF3024")]
    [InlineData("PolicyEngineError", "TSF3024")]
    [InlineData("SomethingNew", "TSF3024")]
    public async Task Other_refusals_are_final_at_once(string name, string code)
    {
        var broker = new BrokerDouble();
        await using var server = await ScriptedServer.StartAsync((context, _) =>
            context.Request.Method == "GET" ? BrokerDouble.RefuseAsync(context, name, "why it is so") : broker.AnswerAsync(context));
        using var source = Source(server.Address);

        var exception = await RefusedAsync(source);

        Assert.Equal(code, exception.Code);
        Assert.Contains("why it is so", exception.Message, StringComparison.Ordinal);
        Assert.Equal([Auth, Attest, Resource], server.Requests);
        Assert.Equal(code, (await RefusedAsync(source)).Code);
        Assert.Equal([Auth, Attest, Resource, Resource], server.Requests);
    }

    [Fact]
    public async Task Other_protocol_version_is_final()
    {
        await using var server = await ScriptedServer.StartAsync((context, _) =>
            BrokerDouble.RefuseAsync(context, "AttestationError", "RCAR handshake Auth failed: KBS Client Protocol Version Mismatch: expect 0.5.0"));
        using var source = Source(server.Address);
        Assert.Equal(TsfErrors.ProtocolVersionMismatch, (await RefusedAsync(source)).Error);
        Assert.Equal([Auth], server.Requests);
    }

    [Fact]
    public async Task Structured_refusal_carries_claim_expected_and_seen()
    {
        await using var server = await ScriptedServer.StartAsync((context, _) => BrokerDouble.RefuseAsync(
            context, "PolicyDeny", "no", ""","code":"TSF3017","claim":"measurement","expected":"aa","seen":"bb\u0007\n","rule":"models" """));
        using var source = Source(server.Address);
        var exception = await RefusedAsync(source);
        Assert.Equal(TsfErrors.MeasurementRefused, exception.Error);
        Assert.Equal(new Refusal("measurement", "aa", "bb  ", "models"), Refusal.Of(exception));
    }

    [Theory]
    [InlineData("TSF0001")]
    [InlineData("TSF5002")]
    [InlineData("TSF3002")]
    [InlineData("TSF3006")]
    [InlineData("nonsense")]
    public async Task Code_that_does_not_belong_to_the_refusal_is_not_believed(string code)
    {
        await using var server = await ScriptedServer.StartAsync((context, _) => BrokerDouble.RefuseAsync(context, "PolicyDeny", "no", $",\"code\":\"{code}\""));
        using var source = Source(server.Address);
        Assert.Equal(TsfErrors.KeyDenied, (await RefusedAsync(source)).Error);
    }

    [Fact]
    public async Task Long_and_dirty_text_of_a_broker_is_cut_and_cleaned()
    {
        await using var server = await ScriptedServer.StartAsync((context, _) => BrokerDouble.RefuseAsync(context, "PolicyDeny", "\\u001b[31m" + new string('x', 100_000)));
        using var source = Source(server.Address);
        var message = (await RefusedAsync(source)).Message;
        Assert.InRange(message.Length, 100, 500);
        Assert.DoesNotContain('\u001b', message);
    }

    [Fact]
    public async Task Lost_connections_and_5xx_are_tried_again()
    {
        var broker = new BrokerDouble();
        await using var server = await ScriptedServer.StartAsync((context, number) =>
        {
            switch (number)
            {
                case 1:
                    context.Abort();
                    return Task.CompletedTask;
                case 2:
                    context.Response.StatusCode = 503;
                    return context.Response.WriteAsync("starting");
                default:
                    return broker.AnswerAsync(context);
            }
        });
        using var source = Source(server.Address);
        using var release = await source.GetAsync(Id, CancellationToken.None);
        Assert.Equal(BrokerDouble.Secret, release.Resource.Span.ToArray());
        Assert.Equal([Auth, Auth, Auth, Attest, Resource], server.Requests);
    }

    [Fact]
    public async Task Broker_that_starts_late_is_found_and_one_that_never_starts_is_said()
    {
        var port = FreePort.Next();
        using var source = Source(new Uri($"http://127.0.0.1:{port}"));
        Assert.Equal(TsfErrors.BrokerUnreachable, (await RefusedAsync(source)).Error);

        var broker = new BrokerDouble();
        using var patient = Source(new Uri($"http://localhost:{port}"), attempts: 50, firstDelay: 10);
        var getting = patient.GetAsync(Id, CancellationToken.None);
        await using var server = await ScriptedServer.StartAsync((context, _) => broker.AnswerAsync(context), port);
        using var release = await getting;
        Assert.Equal(BrokerDouble.Secret, release.Resource.Span.ToArray());
    }

    [Fact]
    public async Task Broker_that_never_answers_ends_in_a_time_out_and_cancellation_ends_at_once()
    {
        await using var server = await ScriptedServer.StartAsync((context, _) => Task.Delay(TimeSpan.FromMinutes(1), context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
        using var source = Source(server.Address, attempts: 2, timeout: 100);
        Assert.Contains("within 0.1 s", (await RefusedAsync(source)).Message, StringComparison.Ordinal);

        using var patient = Source(server.Address, attempts: 2, timeout: 600_000);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => patient.GetAsync(Id, cancel.Token));
    }

    [Fact]
    public async Task Redirects_are_not_followed_and_proxies_not_used()
    {
        await using var trap = await ScriptedServer.StartAsync((context, _) => context.Response.WriteAsync("{}"));
        await using var server = await ScriptedServer.StartAsync((context, _) =>
        {
            context.Response.Redirect(trap.Address.ToString(), permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        });
        Environment.SetEnvironmentVariable("http_proxy", trap.Address.ToString());
        try
        {
            using var source = Source(server.Address);
            Assert.Equal(TsfErrors.BrokerProtocol, (await RefusedAsync(source)).Error);
        }
        finally
        {
            Environment.SetEnvironmentVariable("http_proxy", null);
        }

        Assert.Equal([Auth], server.Requests);
        Assert.Empty(trap.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Answer_over_the_limit_is_refused(bool withLength)
    {
        await using var server = await ScriptedServer.StartAsync(async (context, _) =>
        {
            context.Response.ContentLength = withLength ? 3 << 20 : null;
            try
            {
                await context.Response.Body.WriteAsync(new byte[3 << 20]);
            }
            catch (IOException)
            {
                // The client has hung up, as it should.
            }
        });
        using var source = Source(server.Address);
        Assert.Equal(TsfErrors.BrokerProtocol, (await RefusedAsync(source)).Error);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("<html>")]
    [InlineData("""{"nonce":null,"extra-params":""}""")]
    [InlineData("""{"nonce":"short","extra-params":""}""")]
    [InlineData("""{"nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","extra-params":{"selected-hash-algorithm":"sha512"}}""")]
    [InlineData("""{"nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","extra-params":{"selected-hash-algorithm":"\ud800"}}""")]
    [InlineData("""{"nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","extra-params":""}""")]
    public async Task Challenge_that_is_not_of_the_protocol_is_refused(string body)
    {
        // The last one lacks its cookie.
        await using var server = await ScriptedServer.StartAsync((context, _) => context.Response.WriteAsync(body));
        using var source = Source(server.Address);
        Assert.Equal(TsfErrors.BrokerProtocol, (await RefusedAsync(source)).Error);
    }

    [Theory]
    [InlineData("no JWT")]
    [InlineData("a.b.c\\r\\nX: y")]
    [InlineData("")]
    public async Task Token_that_is_none_is_refused(string token)
    {
        var broker = new BrokerDouble();
        await using var server = await ScriptedServer.StartAsync((context, number) => number == 2 ? context.Response.WriteAsync($$"""{"token":"{{token}}"}""") : broker.AnswerAsync(context));
        using var source = Source(server.Address);
        Assert.Equal(TsfErrors.BrokerProtocol, (await RefusedAsync(source)).Error);
    }

    [Fact]
    public async Task Answer_encrypted_to_another_key_is_refused_after_a_few_attestations()
    {
        var broker = new BrokerDouble();
        await using var server = await ScriptedServer.StartAsync((context, _) =>
            context.Request.Method == "GET" ? context.Response.Body.WriteAsync(Kbs.KbsJson.Write(JweVector.Answer)).AsTask() : broker.AnswerAsync(context));
        using var source = Source(server.Address);
        Assert.Equal(TsfErrors.MalformedJwe, (await RefusedAsync(source)).Error);
        Assert.Equal(9, server.Requests.Count);
    }

    [Fact]
    public async Task Many_at_once_share_one_attestation()
    {
        var broker = new BrokerDouble();
        await using var server = await ScriptedServer.StartAsync((context, _) => broker.AnswerAsync(context));
        using var source = Source(server.Address);
        var releases = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => source.GetAsync(Id, CancellationToken.None)));
        Assert.Single(server.Requests, Auth);
        Assert.All(releases, release =>
        {
            Assert.Equal(BrokerDouble.Secret, release.Resource.Span.ToArray());
            release.Dispose();
        });
    }

    [Fact]
    public async Task Secret_does_not_stand_in_what_a_release_prints()
    {
        var broker = new BrokerDouble();
        await using var server = await ScriptedServer.StartAsync((context, _) => broker.AnswerAsync(context));
        using var source = Source(server.Address);
        using var release = await source.GetAsync(Id, CancellationToken.None);
        var printed = $"{release} {release.Resource} {string.Join(' ', release.Details.Values)}";
        Assert.DoesNotContain(Convert.ToBase64String(BrokerDouble.Secret), printed, StringComparison.Ordinal);
        Assert.DoesNotContain(Encoding.UTF8.GetString(BrokerDouble.Secret), printed, StringComparison.Ordinal);
    }

    private static BrokerKeySource Source(Uri address, int attempts = 3, double timeout = 30_000, double firstDelay = 1) => new(
        address,
        certificateFile: null,
        new InsecureSimulatedEvidenceSource(new string('a', 96)),
        new KeySourceTiming { Attempts = attempts, Timeout = TimeSpan.FromMilliseconds(timeout), FirstDelay = TimeSpan.FromMilliseconds(firstDelay) },
        TimeProvider.System);

    private static Task<TsfException> RefusedAsync(IKeySource source) => Assert.ThrowsAsync<TsfException>(() => source.GetAsync(Id, CancellationToken.None));
}
