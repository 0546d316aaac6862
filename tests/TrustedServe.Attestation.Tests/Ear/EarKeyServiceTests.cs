using Microsoft.Extensions.Time.Testing;
using TrustedServe.Attestation.Ear;
using TrustedServe.Attestation.Tests.Support;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Attestation.Tests.Ear;

public sealed class EarKeyServiceTests : IDisposable
{
    private readonly EarSigner signer = new();
    private readonly FakeTimeProvider time = new(EarSigner.Now);
    private byte[] document;
    private int status = 200;

    public EarKeyServiceTests() => document = EarSigner.Jwks(signer.Jwk("a"));

    public void Dispose() => signer.Dispose();

    [Fact]
    public async Task Keys_are_kept_renewed_and_in_the_end_trusted_no_longer()
    {
        await using var server = await StartAsync();
        using var service = new EarKeyService(new Uri(server.Address, "/jwks"), null, time);
        await service.GetAsync(renew: false, CancellationToken.None);
        await service.GetAsync(renew: false, CancellationToken.None);
        Assert.Single(server.Requests);

        time.Advance(EarKeyService.Lifetime);
        await service.GetAsync(renew: false, CancellationToken.None);
        Assert.Equal(2, server.Requests.Count);

        status = 404;
        time.Advance(EarKeyService.LongestLife - TimeSpan.FromMinutes(1));
        Assert.Equal(1, (await service.GetAsync(renew: false, CancellationToken.None)).Count);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(TsfErrors.EarKeysUnreachable, (await Assert.ThrowsAsync<TsfException>(() => service.GetAsync(renew: false, CancellationToken.None))).Error);
    }

    [Fact]
    public async Task Signer_that_is_new_is_found_without_asking_for_every_stranger()
    {
        await using var server = await StartAsync();
        using var service = new EarKeyService(new Uri(server.Address, "/jwks"), null, time);
        using var next = new EarSigner();
        var verifier = new EarVerifier(new EarRules { Issuer = EarSigner.Issuer }, time);
        var header = EarSigner.Header();
        header["kid"] = "b";
        var token = next.Sign(header: header);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(TsfErrors.EarSignerUnknown, (await Assert.ThrowsAsync<TsfException>(() => service.VerifyAsync(verifier, token, EarSigner.OwnKey, CancellationToken.None))).Error);
        }

        Assert.Single(server.Requests);
        document = EarSigner.Jwks(signer.Jwk("a"), next.Jwk("b"));
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.NotNull(await service.VerifyAsync(verifier, token, EarSigner.OwnKey, CancellationToken.None));
    }

    [Fact]
    public async Task Caller_that_leaves_takes_the_keys_from_no_other()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ScriptedServer.StartAsync(async (context, _) =>
        {
            asked.TrySetResult();
            await answer.Task;
            await context.Response.Body.WriteAsync(document);
        });
        using var service = new EarKeyService(new Uri(server.Address, "/jwks"), null, time);
        using var leaving = new CancellationTokenSource();
        var left = service.GetAsync(renew: false, leaving.Token);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left.WaitAsync(TimeSpan.FromSeconds(30)));
        var stayed = service.GetAsync(renew: false, CancellationToken.None);
        answer.SetResult();
        Assert.Equal(1, (await stayed).Count);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("http://192.0.2.1/jwks")]
    [InlineData("https://user:secret@keys.invalid/jwks")]
    [InlineData("file:///etc/passwd")]
    public void Rejects_addresses_that_are_not_private(string address)
    {
        var refusal = Assert.Throws<TsfException>(() => new EarKeyService(new Uri(address), null, time));
        Assert.Equal(TsfErrors.InvalidSettings, refusal.Error);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_that_is_no_set_of_keys_is_no_reason_to_trust_none()
    {
        document = new byte[EarKeySet.MaxLength + 1];
        await using var server = await StartAsync();
        using var service = new EarKeyService(new Uri(server.Address, "/jwks"), null, time);
        Assert.Equal(TsfErrors.EarKeysUnreachable, (await Assert.ThrowsAsync<TsfException>(() => service.GetAsync(renew: false, CancellationToken.None))).Error);
        time.Advance(TimeSpan.FromMinutes(1));
        document = "{\"keys\":[]}"u8.ToArray();
        Assert.Equal(TsfErrors.InvalidEarSigner, (await Assert.ThrowsAsync<TsfException>(() => service.GetAsync(renew: false, CancellationToken.None))).Error);
    }

    private Task<ScriptedServer> StartAsync() => ScriptedServer.StartAsync(async (context, _) =>
    {
        context.Response.StatusCode = status;
        await context.Response.Body.WriteAsync(document);
    });
}
