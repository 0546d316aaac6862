using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.Attestation.Keys;
using TrustedServe.Attestation.Tests.Support;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Attestation.Tests;

public sealed class GuestApiKeySourceTests
{
    private static readonly KeyId Id = KeyId.Parse("kbs:///models/a/v1");
    private static readonly KeySourceTiming Timing = new() { Attempts = 3, Timeout = TimeSpan.FromSeconds(30), FirstDelay = TimeSpan.FromMilliseconds(1) };
    private static readonly byte[] Secret = [.. Enumerable.Range(100, 50).Select(i => (byte)i)];

    [Fact]
    public async Task Resource_comes_as_its_raw_bytes()
    {
        await using var server = await ScriptedServer.StartAsync((context, _) => context.Response.Body.WriteAsync(Secret).AsTask());
        using var source = Source(server.Address);
        using var release = await source.GetAsync(Id, CancellationToken.None);
        Assert.Equal(Secret, release.Resource.Span.ToArray());
        Assert.Equal(["GET /cdh/resource/models/a/v1"], server.Requests);
        Assert.StartsWith("guest API at http://127.0.0.1:", release.Details["broker"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1 << 20, true, true)]
    [InlineData(1 << 20, false, true)]
    [InlineData((1 << 20) + 1, true, false)]
    [InlineData((1 << 20) + 1, false, false)]
    public async Task Largest_resource_is_taken_and_one_byte_more_refused(int length, bool withLength, bool taken)
    {
        await using var server = await ScriptedServer.StartAsync(async (context, _) =>
        {
            context.Response.ContentLength = withLength ? length : null;
            await context.Response.Body.WriteAsync(new byte[length]);
        });
        using var source = Source(server.Address);
        if (taken)
        {
            using var release = await source.GetAsync(Id, CancellationToken.None);
            Assert.Equal(length, release.Resource.Length);
        }
        else
        {
            Assert.Equal(TsfErrors.BrokerProtocol, (await RefusedAsync(source)).Error);
        }
    }

    [Fact]
    public async Task Failures_while_the_guest_attests_are_tried_again()
    {
        await using var server = await ScriptedServer.StartAsync((context, number) =>
        {
            context.Response.StatusCode = number < 3 ? 500 : 200;
            return number < 3 ? context.Response.WriteAsync("rcar handshake failed") : context.Response.Body.WriteAsync(Secret).AsTask();
        });
        using var source = Source(server.Address);
        using var release = await source.GetAsync(Id, CancellationToken.None);
        Assert.Equal(Secret, release.Resource.Span.ToArray());
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task Lasting_failure_is_reported_with_its_text_cleaned_and_cut()
    {
        await using var server = await ScriptedServer.StartAsync((context, _) =>
        {
            context.Response.StatusCode = 500;
            return context.Response.WriteAsync("get resource failed\r\n{\"forged\":\"line\"}\u001b[31m" + new string('y', 1_000_000));
        });
        using var source = Source(server.Address);
        var exception = await RefusedAsync(source);
        Assert.Equal(TsfErrors.GuestApiFailed, exception.Error);
        Assert.Contains("get resource failed", exception.Message, StringComparison.Ordinal);
        Assert.InRange(exception.Message.Length, 1, 500);
        Assert.DoesNotContain('\n', exception.Message);
        Assert.DoesNotContain('\u001b', exception.Message);
        Assert.Equal(3, server.Requests.Count);
    }

    [Theory]
    [InlineData(404, "TSF3012")]
    [InlineData(403, "TSF3003")]
    [InlineData(302, "TSF3003")]
    [InlineData(204, "TSF3003")]
    [InlineData(200, "TSF3003")]
    public async Task Other_answers_are_final_at_once_but_not_remembered(int status, string code)
    {
        await using var server = await ScriptedServer.StartAsync((context, number) =>
        {
            context.Response.StatusCode = number == 1 ? status : 200;
            context.Response.Headers.Location = "http://127.0.0.1:1/";
            return number == 1 ? Task.CompletedTask : context.Response.Body.WriteAsync(Secret).AsTask();
        });
        using var source = Source(server.Address);
        Assert.Equal(code, (await RefusedAsync(source)).Code);
        Assert.Single(server.Requests);
        (await source.GetAsync(Id, CancellationToken.None)).Dispose();
    }

    [Fact]
    public async Task Slow_guest_ends_in_a_time_out()
    {
        var time = new FakeTimeProvider();
        await using var server = await ScriptedServer.StartAsync(async (context, _) =>
        {
            await context.Response.Body.WriteAsync(Secret.AsMemory(0, 10));
            await context.Response.Body.FlushAsync();
            time.Advance(Timing.Timeout);
            await Task.Delay(TimeSpan.FromMinutes(1), context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        using var source = new GuestApiKeySource(server.Address, Timing with { FirstDelay = TimeSpan.Zero }, time);
        Assert.Equal(TsfErrors.BrokerUnreachable, (await RefusedAsync(source)).Error);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task Guest_that_is_not_there_is_tried_again_and_then_said()
    {
        using var source = Source(new Uri($"http://127.0.0.1:{FreePort.Next()}"));
        Assert.Equal(TsfErrors.BrokerUnreachable, (await RefusedAsync(source)).Error);
    }

    [Fact]
    public async Task Answer_that_breaks_off_gives_no_part_of_it()
    {
        await using var server = await ScriptedServer.StartAsync(async (context, _) =>
        {
            context.Response.ContentLength = 100;
            await context.Response.Body.WriteAsync(Secret);
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        using var source = Source(server.Address);
        Assert.Equal(TsfErrors.BrokerUnreachable, (await RefusedAsync(source)).Error);
    }

    private static GuestApiKeySource Source(Uri address) => new(address, Timing, TimeProvider.System);

    private static Task<TsfException> RefusedAsync(IKeySource source) => Assert.ThrowsAsync<TsfException>(() => source.GetAsync(Id, CancellationToken.None));
}
