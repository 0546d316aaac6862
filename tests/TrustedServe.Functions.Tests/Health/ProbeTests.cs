using System.Net;
using System.Text.Json;
using TrustedServe.Functions.Tests.Hosting;

namespace TrustedServe.Functions.Tests.Health;

/// <summary>What the kubelet sees, with real processes behind it.</summary>
public sealed class ProbeTests
{
    private const string Matrix = """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""";

    [Fact]
    public async Task Startup_says_how_far_each_model_is_until_all_have_answered_once()
    {
        await using var host = await TestHost.StartAsync(["gated", "matrix"]);
        await host.UntilAsync(async () => Model(await ProbeAsync(host, "startup", HttpStatusCode.ServiceUnavailable), "gated").GetProperty("fetched").GetInt32() == 60);
        await host.UntilAsync(() => host.Fleet.ReadyCount == 1);
        var probe = await ProbeAsync(host, "startup", HttpStatusCode.ServiceUnavailable);
        Assert.False(probe.GetProperty("started").GetBoolean());
        var gated = Model(probe, "gated");
        Assert.Equal("starting", gated.GetProperty("state").GetString());
        Assert.Equal((60, 40, 0), (gated.GetProperty("fetched").GetInt32(), gated.GetProperty("unsealed").GetInt32(), gated.GetProperty("warmed").GetInt32()));
        Assert.Equal("unseal", Assert.Single(gated.GetProperty("doing").EnumerateArray()).GetString());
        var matrix = Model(probe, "matrix");
        Assert.Equal("ready", matrix.GetProperty("state").GetString());
        Assert.Equal((100, 100, 100), (matrix.GetProperty("fetched").GetInt32(), matrix.GetProperty("unsealed").GetInt32(), matrix.GetProperty("warmed").GetInt32()));

        Tell(host, "open");
        await host.UntilAsync(async () => (await host.Health.GetAsync("/healthz/startup")).StatusCode == HttpStatusCode.OK);
        Assert.True((await ProbeAsync(host, "startup", HttpStatusCode.OK)).GetProperty("started").GetBoolean());
    }

    [Fact]
    public async Task Startup_says_what_is_waited_for_with_its_code_and_no_longer_when_it_goes_on()
    {
        await using var host = await TestHost.StartAsync(["gated"]);
        Tell(host, "wait");
        await host.UntilAsync(async () => Model(await ProbeAsync(host, "startup", HttpStatusCode.ServiceUnavailable), "gated").GetProperty("state").GetString() == "waiting");
        var text = await (await host.Health.GetAsync("/healthz/startup")).Content.ReadAsStringAsync();
        var cause = Model(JsonElement.Parse(text), "gated").GetProperty("waitsFor");
        Assert.Equal("TSF3002", cause.GetProperty("code").GetString());
        Assert.Equal("The key broker cannot be reached", cause.GetProperty("reason").GetString());
        Assert.DoesNotContain("No answer", text, StringComparison.Ordinal); // whatever a message says stays in the log
        await ProbeAsync(host, "live", HttpStatusCode.OK);

        Tell(host, "open");
        await host.UntilAsync(() => host.Fleet.IsReady);
        Assert.False(Model(await ProbeAsync(host, "startup", HttpStatusCode.OK), "gated").TryGetProperty("waitsFor", out _));
        Assert.Equal(1, host.Starts("gated"));
    }

    [Fact]
    public async Task Startup_stays_true_when_a_model_starts_again()
    {
        await using var host = await TestHost.ReadyAsync(["crash"]);
        await ProbeAsync(host, "startup", HttpStatusCode.OK);
        using (await host.PostAsync("/v2/models/crash/infer", Matrix))
        {
            await ProbeAsync(host, "startup", HttpStatusCode.OK);
        }

        await host.UntilAsync(() => host.Starts("crash") == 2 && host.Fleet.IsReady);
    }

    [Fact]
    public async Task Ready_needs_an_attestation_that_is_not_too_old()
    {
        await using var host = await TestHost.ReadyAsync(["outdated"], "--TrustedServe:Worker:AttestationMaxAgeSeconds=40");
        Assert.True((await ProbeAsync(host, "ready", HttpStatusCode.OK)).GetProperty("trustInForce").GetBoolean());
        Tell(host, "outdated");
        await host.UntilAsync(async () => (await host.Health.GetAsync("/healthz/ready")).StatusCode == HttpStatusCode.ServiceUnavailable);
        Assert.False((await ProbeAsync(host, "ready", HttpStatusCode.ServiceUnavailable)).GetProperty("trustInForce").GetBoolean());
        await ProbeAsync(host, "live", HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.Client.GetAsync("/v2/health/ready")).StatusCode);
    }

    [Fact]
    public async Task Live_is_false_only_when_nothing_can_answer_any_more()
    {
        await using (var one = await TestHost.StartAsync(["refused", "never-ready"]))
        {
            await one.UntilAsync(() => one.Fleet.Get("refused", null).Failure is not null);
            await ProbeAsync(one, "live", HttpStatusCode.OK);
            var refused = Model(await ProbeAsync(one, "startup", HttpStatusCode.ServiceUnavailable), "refused");
            Assert.Equal("failed", refused.GetProperty("state").GetString());
            Assert.Equal("TSF5002", refused.GetProperty("failure").GetProperty("code").GetString());
            Assert.DoesNotContain("not for this guest", refused.ToString(), StringComparison.Ordinal);
        }

        await using var all = await TestHost.StartAsync(["refused"]);
        await all.UntilAsync(async () => (await all.Health.GetAsync("/healthz/live")).StatusCode == HttpStatusCode.ServiceUnavailable);
    }

    private static void Tell(TestHost host, string what) => File.WriteAllText(Path.Combine(host.StoreDirectory, what), string.Empty);

    private static JsonElement Model(JsonElement probe, string name) =>
        Assert.Single(probe.GetProperty("models").EnumerateArray(), model => model.GetProperty("name").GetString() == name);

    private static async Task<JsonElement> ProbeAsync(TestHost host, string name, HttpStatusCode expected)
    {
        using var answer = await host.Health.GetAsync($"/healthz/{name}");
        Assert.Equal(expected, answer.StatusCode);
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync());
    }
}
