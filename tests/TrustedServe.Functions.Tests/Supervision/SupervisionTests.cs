using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TrustedServe.Functions.Supervision;
using TrustedServe.Functions.Tests.Hosting;

namespace TrustedServe.Functions.Tests.Supervision;

public sealed class SupervisionTests
{
    private const string Body = """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""";

    [Fact]
    public async Task Worker_that_dies_answers_what_was_with_it_and_comes_back()
    {
        await using var host = await TestHost.ReadyAsync(["crash", "matrix"], "--TrustedServe:Http:HoldSeconds=0");

        var lost = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.PostAsync("/v2/models/crash/infer", Body)));
        var meanwhile = host.AskAsync("/v2/models/matrix/infer", Body);
        foreach (var response in lost)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
            Assert.Contains(await CodeOfAsync(response), new[] { "TSF5003", "TSF5001" });
        }

        await meanwhile;
        await host.UntilAsync(() => host.Starts("crash") == 2 && host.Fleet.IsReady);
        Assert.Equal(1, host.Starts("matrix"));
        Assert.Equal(1, host.Fleet.Restarts);
    }

    [Fact]
    public async Task Refused_worker_is_not_started_again()
    {
        await using var host = await TestHost.StartAsync(["refused"]);
        await host.UntilAsync(async () => await CodeOfAsync(await host.PostAsync("/v2/models/refused/infer", Body)) == "TSF5002");

        using var response = await host.PostAsync("/v2/models/refused/infer", Body);
        Assert.Contains("TSF3001", await response.Content.ReadAsStringAsync());
        Assert.Contains(host.Log.Lines, line => line.Id == 2101 && line.Text.Contains("Failed") && line.Text.Contains("the key is not for this guest"));
        Assert.Contains(host.Log.Lines, line => line.Id == 2105);
        Assert.Equal(1, host.Starts("refused"));
    }

    [Fact]
    public async Task Failure_that_calls_itself_retryable_is_tried_again_beyond_the_crash_limit()
    {
        await using var host = await TestHost.ReadyAsync(["broker-away"], "--TrustedServe:Worker:CrashLimit=1");
        Assert.Equal(3, host.Starts("broker-away"));
    }

    [Theory]
    [InlineData("dies-at-start")]
    [InlineData("dies-after-ready")]
    public async Task Crash_loop_ends_in_a_failed_model(string model)
    {
        await using var host = await TestHost.StartAsync([model], "--TrustedServe:Worker:CrashLimit=2");
        await host.UntilAsync(async () => await CodeOfAsync(await host.PostAsync($"/v2/models/{model}/infer", Body)) == "TSF5002");
        Assert.Equal(2, host.Starts(model));
        Assert.Equal(model == "dies-at-start", host.Log.Lines.Any(line => line.Id == 2102 && line.Text.Contains("native code says its last words")));
    }

    [Fact]
    public async Task Starting_model_is_not_ready_and_says_when_to_come_again()
    {
        await using var host = await TestHost.StartAsync(["never-ready", "matrix"], "--TrustedServe:Http:HoldSeconds=0");
        await host.UntilAsync(() => host.Fleet.ReadyCount == 1);

        using var response = await host.PostAsync("/v2/models/never-ready/infer", Body);
        Assert.Equal("TSF5001", await CodeOfAsync(response));
        Assert.NotNull(response.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.Client.GetAsync("/v2/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await host.Client.GetAsync("/v2/models/never-ready/ready")).StatusCode);

        using var health = await host.Health.GetAsync("/healthz/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Equal("""{"ready":false,"models":2,"modelsReady":1,"trust":"insecure-simulated","trustInForce":true}""", await health.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Steps_of_a_start_and_lines_of_a_worker_are_logged()
    {
        await using var host = await TestHost.ReadyAsync(["matrix"]);
        await host.UntilAsync(() => host.Log.Lines.Any(line => line.Id == 2102 && line.Text.Contains("double started")));
        Assert.Equal(["Hardened", "KeyReleased", "Ready"], host.Log.Lines.Where(line => line.Id == 2101).Select(line => line.Text.Split(' ')[2]));
        Assert.Contains(host.Log.Lines, line => line.Id == 2101 && line.Text.Contains("""{"rule":"double"}"""));
        Assert.DoesNotContain(host.Log.Lines, line => line.Text.Contains("not shown"));
        await host.UntilAsync(() => host.Log.Has(2003)); // said after it is so
        Assert.True(host.Log.Has(2001) && host.Log.Has(2002));
    }

    [Fact]
    public async Task Worker_is_told_what_it_serves_by_its_pipe_alone()
    {
        Environment.SetEnvironmentVariable("TSF_TEST_FOREIGN", "foreign");
        await using var host = await TestHost.ReadyAsync(["matrix"]);
        var process = Assert.Single(host.Processes());
        var environment = (await File.ReadAllTextAsync($"/proc/{process}/environ")).Split('\0');
        Assert.Contains("DOTNET_EnableDiagnostics=0", environment);
        Assert.DoesNotContain(environment, variable => variable.StartsWith("TSF_TEST_FOREIGN", StringComparison.Ordinal));
        Assert.DoesNotContain(host.StoreDirectory, await File.ReadAllTextAsync($"/proc/{process}/cmdline"));
    }

    [Theory]
    [InlineData("Auto")]
    [InlineData("Mapped")]
    [InlineData("Prepacked")]
    public async Task Worker_is_told_how_to_hold_its_weights(string weights)
    {
        await using var host = await TestHost.ReadyAsync(["configured"], $"--TrustedServe:Worker:Weights={weights}");
        var answer = await host.AskAsync("/v2/models/configured/infer", Body);
        Assert.Equal(weights, answer.GetProperty("parameters").GetProperty("weights").GetString());
    }

    [Fact]
    public async Task Model_whose_weights_moved_is_described_anew_with_its_calls_in_hand()
    {
        await using var host = await TestHost.ReadyAsync(["moving"], "--TrustedServe:Worker:AttestationMaxAgeSeconds=40");
        var before = Assert.IsType<WorkerState.Ready>(host.Fleet.Find("moving")!.Values.Single().Workers.Single().State);
        Assert.Equal("before", await PlacementAsync());
        await File.WriteAllTextAsync(Path.Combine(host.StoreDirectory, "moved"), string.Empty);
        await host.UntilAsync(async () => await PlacementAsync() == "after");
        var after = Assert.IsType<WorkerState.Ready>(host.Fleet.Find("moving")!.Values.Single().Workers.Single().State);
        Assert.Same(before.Calls, after.Calls);
        Assert.Equal("moving", (await host.AskAsync("/v2/models/moving/infer", Body)).GetProperty("model_name").GetString());
        Assert.Equal(1, host.Starts("moving"));

        async Task<string?> PlacementAsync() =>
            JsonElement.Parse(await host.Client.GetStringAsync("/v2/models/moving")).GetProperty("properties").GetProperty("placement").GetString();
    }

    [Fact]
    public async Task Workers_end_with_the_front_end()
    {
        IReadOnlyList<int> processes;
        await using (var host = await TestHost.ReadyAsync(["matrix@1", "matrix@2"]))
        {
            processes = host.Processes();
            Assert.Equal(2, processes.Count);
        }

        Assert.DoesNotContain(processes, IsRunning);
    }

    [Fact]
    public async Task Caller_that_leaves_frees_what_it_held()
    {
        await using var host = await TestHost.ReadyAsync(["slow"]);
        using var leaving = new CancellationTokenSource();
        var request = host.Client.PostAsync("/v2/models/slow/infer", JsonContent.Create(JsonSerializer.Deserialize<JsonElement>(Body)), leaving.Token);
        await host.UntilAsync(async () => (await host.Health.GetStringAsync("/metrics")).Contains("in_flight 1\n"));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await host.UntilAsync(async () => (await host.Health.GetStringAsync("/metrics")).Contains("in_flight 0\n"));
    }

    internal static bool IsRunning(int process)
    {
        try
        {
            return !Process.GetProcessById(process).HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static async Task<string> CodeOfAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>()).TryGetProperty("code", out var code) ? code.GetString()! : string.Empty;
}
