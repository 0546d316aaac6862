using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TrustedServe.Functions.Draining;
using TrustedServe.Functions.Holding;
using TrustedServe.Functions.Tests.Hosting;

namespace TrustedServe.Functions.Tests.Holding;

/// <summary>What callers see of a model that is starting, with real processes behind it.</summary>
public sealed class HeldRequestsTests
{
    private const string Infer = "/v2/models/gated/infer";
    private const string Matrix = """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""";

    [Fact]
    public async Task Requests_for_a_model_that_starts_are_answered_when_it_has_and_say_how_long_they_waited()
    {
        await using var host = await TestHost.StartAsync(["gated", "matrix"]);
        var held = Held(host);
        var waiting = Enumerable.Range(0, 40).Select(_ => host.PostAsync(Infer, Matrix)).Append(host.PostAsync("/predictions/gated", """{"x":[1,2]}""")).ToArray();
        await host.UntilAsync(() => held.Count == waiting.Length);
        using (var other = await host.PostAsync("/v2/models/matrix/infer", Matrix))
        {
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        }

        Tell(host, "open");
        foreach (var request in waiting)
        {
            using var answer = await request;
            Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
            Assert.True(int.Parse(Assert.Single(answer.Headers.GetValues(HeldRequests.Header)), CultureInfo.InvariantCulture) > 0);
        }

        using var after = await host.PostAsync(Infer, Matrix);
        Assert.Equal(HttpStatusCode.OK, after.StatusCode);
        Assert.False(after.Headers.Contains(HeldRequests.Header));
        Assert.Equal(0, held.Count);
    }

    [Fact]
    public async Task Requests_go_to_a_model_that_warms_up_and_are_answered_when_it_is_ready()
    {
        await using var host = await TestHost.StartAsync(["warming"]);
        var held = host.PostAsync("/v2/models/warming/infer", Matrix);
        await host.UntilAsync(() => File.Exists(Path.Combine(host.StoreDirectory, "asked")));
        using (var ready = await host.Client.GetAsync("/v2/models/warming/ready"))
        {
            Assert.NotEqual(HttpStatusCode.OK, ready.StatusCode);
        }

        Assert.False(held.IsCompleted);
        Tell(host, "open");
        using var answer = await held;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Single(answer.Headers.GetValues(HeldRequests.Header));
    }

    [Fact]
    public async Task Request_with_a_model_that_fails_its_warm_up_gets_no_answer_of_it()
    {
        await using var host = await TestHost.StartAsync(["warming"]);
        var held = host.PostAsync("/v2/models/warming/infer", Matrix);
        await host.UntilAsync(() => File.Exists(Path.Combine(host.StoreDirectory, "asked")));
        Tell(host, "refuse");
        using var answer = await held;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
    }

    [Fact]
    public async Task More_requests_than_may_wait_are_refused_at_once_and_the_others_still_answered()
    {
        await using var host = await TestHost.StartAsync(["gated"], "--TrustedServe:Http:HoldRequests=2");
        var waiting = new[] { host.PostAsync(Infer, Matrix), host.PostAsync(Infer, Matrix) };
        await host.UntilAsync(() => Held(host).Count == 2);

        await RefusedAsync(host.PostAsync(Infer, Matrix), "TSF5050");

        Tell(host, "open");
        Assert.All(await Task.WhenAll(waiting), answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Fact]
    public async Task More_bytes_than_may_wait_are_refused_at_once_whether_announced_or_not()
    {
        await using var host = await TestHost.StartAsync(["gated"], "--TrustedServe:Http:HoldBytes=400000");
        var waiting = host.PostAsync(Infer, Matrix.PadRight(200_000));
        await host.UntilAsync(() => Held(host).Count == 1);

        await RefusedAsync(host.PostAsync(Infer, Matrix.PadRight(200_000)), "TSF5050");
        using var request = new HttpRequestMessage(HttpMethod.Post, Infer) { Content = new StringContent(Matrix.PadRight(200_000), null, "application/json") };
        request.Headers.TransferEncodingChunked = true;
        await RefusedAsync(host.Client.SendAsync(request), "TSF5050");

        var small = host.PostAsync(Infer, Matrix);
        await host.UntilAsync(() => Held(host).Count == 2);
        Tell(host, "open");
        Assert.Equal(HttpStatusCode.OK, (await waiting).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await small).StatusCode);
    }

    [Theory]
    [InlineData("""{"parameters":{"timeout":50000},""", "--TrustedServe:Http:HoldSeconds=3600")]
    [InlineData("{", "--TrustedServe:Http:HoldSeconds=1")]
    [InlineData("{", "--TrustedServe:Http:RequestTimeoutSeconds=1")]
    public async Task Request_waits_no_longer_than_its_deadline_and_the_setting_and_hears_what_the_start_waits_for(string begin, string setting)
    {
        await using var host = await TestHost.StartAsync(["gated"], setting);
        Tell(host, "wait");
        await host.UntilAsync(() => host.Fleet.Get("gated", null).Workers[0].Health.WaitsFor is not null);
        using var answer = await host.PostAsync(Infer, begin + Matrix[1..]);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Single(answer.Headers.GetValues(HeldRequests.Header));
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("TSF5051", body.GetProperty("code").GetString());
        Assert.Contains("TSF3002", body.GetProperty("error").GetString());
        Assert.Equal(0, Held(host).Count);
    }

    [Fact]
    public async Task Nothing_waits_for_a_model_that_has_failed_for_good()
    {
        await using var host = await TestHost.StartAsync(["gated"]);
        var waiting = host.PostAsync(Infer, Matrix);
        await host.UntilAsync(() => Held(host).Count == 1);
        Tell(host, "refuse");
        await RefusedAsync(waiting, "TSF5002");
        await RefusedAsync(host.PostAsync(Infer, Matrix), "TSF5002");
    }

    [Fact]
    public async Task Nothing_waits_for_a_model_that_was_unloaded()
    {
        await using var host = await TestHost.StartAsync(["gated"]);
        var waiting = host.PostAsync(Infer, Matrix);
        await host.UntilAsync(() => Held(host).Count == 1);
        using var unloaded = await host.PostAsync("/v2/repository/models/gated/unload", "");
        using var answer = await waiting;
        Assert.Equal("TSF5009", await CodeOfAsync(answer));
    }

    [Fact]
    public async Task Nothing_waits_in_an_instance_that_ends()
    {
        await using var host = await TestHost.StartAsync(["gated"], "--TrustedServe:Drain:GraceSeconds=60", "--TrustedServe:Drain:DelaySeconds=20");
        var waiting = host.PostAsync(Infer, Matrix);
        await host.UntilAsync(() => Held(host).Count == 1);
        var ended = host.Services.GetRequiredService<Drain>().Begin("test", skipDelay: false);
        await RefusedAsync(waiting, "TSF5008");
        await RefusedAsync(host.PostAsync(Infer, Matrix), "TSF5008");
        host.Services.GetRequiredService<Drain>().Hurry();
        await ended;
    }

    [Fact]
    public async Task Caller_that_leaves_frees_its_place()
    {
        await using var host = await TestHost.StartAsync(["gated"], "--TrustedServe:Http:HoldRequests=1");
        using var leaving = new CancellationTokenSource();
        var waiting = host.Client.PostAsync(Infer, new StringContent(Matrix, null, "application/json"), leaving.Token);
        await host.UntilAsync(() => Held(host).Count == 1);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await host.UntilAsync(() => Held(host).Count == 0);
        var next = host.PostAsync(Infer, Matrix);
        await host.UntilAsync(() => Held(host).Count == 1);
        Tell(host, "open");
        Assert.Equal(HttpStatusCode.OK, (await next).StatusCode);
    }

    [Fact]
    public async Task Bad_request_for_a_model_that_starts_is_refused_without_waiting()
    {
        await using var host = await TestHost.StartAsync(["gated"]);
        using var malformed = await host.PostAsync(Infer, "{");
        Assert.Equal("TSF4001", await CodeOfAsync(malformed));
        using var unknown = await host.PostAsync("/v2/models/unknown/infer", Matrix);
        Assert.Equal("TSF4003", await CodeOfAsync(unknown));
    }

    private static HeldRequests Held(TestHost host) => host.Services.GetRequiredService<HeldRequests>();

    private static void Tell(TestHost host, string what) => File.WriteAllText(Path.Combine(host.StoreDirectory, what), string.Empty);

    private static async Task RefusedAsync(Task<HttpResponseMessage> request, string code)
    {
        using var answer = await request;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal(code, await CodeOfAsync(answer));
    }

    private static async Task<string?> CodeOfAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString();
}
