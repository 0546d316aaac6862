using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TrustedServe.Functions.Draining;
using TrustedServe.Functions.Tests.Hosting;
using TrustedServe.Functions.Tests.Signals;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Tests.Draining;

/// <summary>What callers see of an end.</summary>
public sealed class DrainingHostTests
{
    [Fact]
    public async Task While_the_balancer_still_sends_requests_they_are_served_and_after_that_refused()
    {
        await using var host = await TestHost.ReadyAsync(["matrix", "shut"], "--TrustedServe:Http:RequestTimeoutSeconds=600", "--TrustedServe:Drain:GraceSeconds=600", "--TrustedServe:Drain:DelaySeconds=10");
        var held = host.PostAsync("/predictions/shut", "words", "text/plain");
        await host.UntilAsync(async () => (await host.Health.GetStringAsync("/metrics")).Contains("trustedserve_http_requests_in_flight 1"));

        var ended = host.Services.GetRequiredService<Drain>().Begin("test", skipDelay: false);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.Health.GetAsync("/healthz/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Health.GetAsync("/healthz/live")).StatusCode);
        using (var served = await host.PostAsync("/v2/models/matrix/infer", Matrix))
        {
            Assert.Equal(HttpStatusCode.OK, served.StatusCode);
            Assert.True(served.Headers.ConnectionClose);
        }

        await host.UntilAsync(() => host.Services.GetRequiredService<Drain>().Refuses);
        using (var refused = await host.PostAsync("/v2/models/matrix/infer", Matrix))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
            Assert.Equal(TsfErrors.Draining.Code, JsonElement.Parse(await refused.Content.ReadAsStringAsync()).GetProperty("code").GetString());
        }

        Assert.False(ended.IsCompleted);
        SignalHost.OpenGate(host.StoreDirectory);
        Assert.Equal(HttpStatusCode.OK, (await held).StatusCode);
        await ended;
    }

    [Fact]
    public async Task What_is_with_a_worker_when_all_is_cut_off_gets_an_answer_too()
    {
        await using var host = await TestHost.ReadyAsync(["slow"]);
        var slow = host.PostAsync("/v2/models/slow/infer", Matrix);
        await host.UntilAsync(async () => (await host.Health.GetStringAsync("/metrics")).Contains("trustedserve_http_requests_in_flight 1"));
        var drain = host.Services.GetRequiredService<Drain>();

        var ended = drain.Begin("test", skipDelay: true);
        await drain.Begin("test again", skipDelay: true);
        await ended;

        using var answer = await slow;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    private const string Matrix = """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""";
}
