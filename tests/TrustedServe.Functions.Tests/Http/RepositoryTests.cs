using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using TrustedServe.Functions.Access;
using TrustedServe.Functions.Inference;
using TrustedServe.Functions.Supervision;
using TrustedServe.Functions.Tests.Hosting;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Testing;

namespace TrustedServe.Functions.Tests.Http;

/// <summary>Loading and unloading, with real processes behind it.</summary>
public sealed class RepositoryTests
{
    private const string Matrix = """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""";

    [Fact]
    public async Task Unloaded_model_has_no_process_and_says_so_until_it_is_loaded()
    {
        await using var host = await TestHost.ReadyAsync(["matrix", "classify"]);
        var process = int.Parse(await File.ReadAllTextAsync(Directory.GetFiles(host.StoreDirectory, "matrix.1.start-*").Single()), CultureInfo.InvariantCulture);

        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v2/repository/models/matrix/unload", "")).StatusCode);
        Assert.False(Directory.Exists($"/proc/{process}"));
        using (var refused = await host.PostAsync("/v2/models/matrix/infer", Matrix))
        {
            Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
            Assert.Equal("TSF5009", (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        }

        Assert.Equal([("classify", "READY"), ("matrix", "UNAVAILABLE")], await IndexAsync(host));
        Assert.Equal(HttpStatusCode.OK, (await host.Health.GetAsync("/healthz/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v2/repository/models/matrix/load", "{}")).StatusCode);
        await host.AskAsync("/v2/models/matrix/infer", Matrix);
        Assert.Equal(2, host.Starts("matrix"));
        Assert.Equal(1, host.Starts("classify"));
    }

    [Fact]
    public async Task Calls_in_hand_are_answered_before_the_model_goes()
    {
        await using var host = await TestHost.ReadyAsync(["unhurried"]);
        var asked = host.PostAsync("/v2/models/unhurried/infer", Matrix);
        await host.UntilAsync(async () => (await host.Health.GetStringAsync("/metrics")).Contains("trustedserve_http_requests_in_flight 1"));

        await host.PostAsync("/v2/repository/models/unhurried/unload", "");

        Assert.Equal(HttpStatusCode.OK, (await asked).StatusCode);
    }

    [Fact]
    public async Task Calls_with_a_node_that_warms_up_are_answered_before_the_model_goes()
    {
        await using var host = await TestHost.StartOnAsync(new PlacedMachine([3, 2]), ["half-warm"]);
        var workers = host.Fleet.Find("half-warm")!["1"];
        var asked = host.PostAsync("/v2/models/half-warm/infer", Matrix);
        await host.UntilAsync(() => File.Exists(Path.Combine(host.StoreDirectory, "asked")));
        Tell(host, "first");
        await host.UntilAsync(() => workers.Workers[0].State is WorkerState.Ready);

        var unloaded = host.PostAsync("/v2/repository/models/half-warm/unload", "");
        await host.UntilAsync(() => !workers.IsServed);
        Tell(host, "open");

        using var answer = await asked;
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.OK, (await unloaded).StatusCode);
    }

    [Fact]
    public async Task Call_that_comes_while_the_model_goes_hears_so_and_is_not_cut_off()
    {
        await using var host = await TestHost.ReadyAsync(["matrix"]);
        var life = Assert.Single(host.Fleet.Lives);
        var gateway = host.Services.GetRequiredService<InferenceGateway>();
        var model = gateway.Resolve("matrix", null);

        // Asked for the time, which it is before a worker is called, it has the model unloaded.
        var deadline = Deadline.In(TimeSpan.FromMinutes(1), new InterruptedTime(() => life.UnloadAsync(CancellationToken.None).Wait(TimeSpan.FromSeconds(30))));

        var refused = await Assert.ThrowsAsync<TsfException>(() => gateway.InferAsync(model, new ModelInferRequest(), deadline, CancellationToken.None));
        Assert.Equal(TsfErrors.ModelUnloaded, refused.Error);
    }

    [Fact]
    public async Task Model_that_had_failed_is_loaded_as_if_it_had_not()
    {
        await using var host = await TestHost.StartAsync(["gated"]);
        Tell(host, "refuse");
        await host.UntilAsync(() => host.Fleet.Find("gated")!["1"].Failure is not null);
        File.Delete(Path.Combine(host.StoreDirectory, "refuse"));

        var loaded = host.PostAsync("/v2/repository/models/gated/load", "");
        await host.UntilAsync(() => host.Starts("gated") == 2);
        Tell(host, "open");

        using var answer = await loaded;
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Model_that_is_unloaded_while_it_starts_has_not_crashed()
    {
        await using var host = await TestHost.StartAsync(["gated"], "--TrustedServe:Worker:CrashLimit=1");
        await host.UntilAsync(() => host.Log.Has(2101));

        Assert.Equal(HttpStatusCode.OK, (await host.PostAsync("/v2/repository/models/gated/unload", "")).StatusCode);
        Assert.DoesNotContain(host.Log.Lines, line => line.Id is 2104 or 2105);
        Tell(host, "open");
        using var answer = await host.PostAsync("/v2/repository/models/gated/load", "");
        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Loading_twice_starts_once_and_unloading_twice_is_no_error()
    {
        await using var host = await TestHost.ReadyAsync(["matrix"]);

        await Task.WhenAll(host.PostAsync("/v2/repository/models/matrix/unload", ""), host.PostAsync("/v2/repository/models/matrix/unload", ""));
        var loads = await Task.WhenAll(host.PostAsync("/v2/repository/models/matrix/load", ""), host.PostAsync("/v2/repository/models/matrix/load", ""));

        Assert.All(loads, load => Assert.Equal(HttpStatusCode.OK, load.StatusCode));
        Assert.Equal(2, host.Starts("matrix"));
    }

    [Theory]
    [InlineData("/v2/repository/models/unknown/load", "", 404)]
    [InlineData("/v2/repository/models/matrix/load", """{"parameters":{"config":"{}"}}""", 400)]
    [InlineData("/v2/repository/models/matrix/unload", """{"parameters":{"unload_dependents":true}}""", 400)]
    public async Task What_cannot_be_done_is_refused(string path, string body, int status)
    {
        await using var host = await TestHost.ReadyAsync(["matrix"]);
        Assert.Equal(status, (int)(await host.PostAsync(path, body)).StatusCode);
        await host.AskAsync("/v2/models/matrix/infer", Matrix);
    }

    [Fact]
    public async Task Key_that_may_not_manage_changes_nothing()
    {
        using var folder = new TemporaryDirectory();
        var key = ApiKeyFile.Create(folder["keys.json"], "caller", ["matrix"], [ApiAction.Infer, ApiAction.Metadata]);
        var manager = ApiKeyFile.Create(folder["keys.json"], "manager", ["matrix"], [ApiAction.Manage]);
        await using var host = await TestHost.ReadyAsync(["matrix", "classify"], $"--TrustedServe:Http:ApiKeysFile={folder["keys.json"]}");

        Assert.Equal(HttpStatusCode.Unauthorized, await PostAsync(null, "matrix"));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(key, "matrix"));
        Assert.Equal(HttpStatusCode.Forbidden, await PostAsync(manager, "classify"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(manager, "matrix"));

        async Task<HttpStatusCode> PostAsync(string? token, string model)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/v2/repository/models/{model}/unload");
            request.Headers.Authorization = token is null ? null : new("Bearer", token);
            using var response = await host.Client.SendAsync(request);
            return response.StatusCode;
        }
    }

    private static void Tell(TestHost host, string what) => File.WriteAllText(Path.Combine(host.StoreDirectory, what), string.Empty);

    private static async Task<IEnumerable<(string? Name, string? State)>> IndexAsync(TestHost host)
    {
        using var answer = await host.PostAsync("/v2/repository/index", "{}");
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray()
            .Select(entry => (entry.GetProperty("name").GetString(), entry.GetProperty("state").GetString())).Order();
    }

    /// <summary>A clock that is looked at a second time only after something has happened.</summary>
    private sealed class InterruptedTime(Action between) : TimeProvider
    {
        private int looks;

        public override long GetTimestamp()
        {
            if (++looks == 2)
            {
                between();
            }

            return base.GetTimestamp();
        }
    }
}
