using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using TrustedServe.Attestation.Modes;
using TrustedServe.Functions.Embedding;
using TrustedServe.Functions.Tests.Hosting;
using TrustedServe.Functions.Tests.Queue;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;
using CommandLine = TrustedServe.Functions.Settings.CommandLine;

namespace TrustedServe.Functions.Tests.Embedding;

/// <summary>The pipeline as another host drives it: its requests, its messages, its counting of tries.</summary>
public sealed class EmbeddedFunctionsTests(AzuriteFixture fixture)
{
    [Fact]
    public async Task Requests_of_the_other_host_get_the_same_answers()
    {
        await using var host = await OuterHost.StartAsync(["classify"]);

        using var answer = await host.Client.PostAsync("/predictions/classify", new StringContent("some words", Encoding.UTF8, "text/plain"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Headers.Contains("x-request-id"));
        Assert.Equal(JsonValueKind.Object, JsonElement.Parse(await answer.Content.ReadAsStringAsync()).ValueKind);

        Assert.Contains("\"classify\"", await host.Client.GetStringAsync("/v2/models/classify"));
    }

    [Theory]
    [InlineData("GET", "/no/such/route", 404)]
    [InlineData("DELETE", "/predictions/classify", 405)]
    [InlineData("POST", "/predictions/unknown", 404)]
    [InlineData("POST", "/v2/models/classify/infer", 400)]
    public async Task Refusals_are_this_projects_own(string method, string path, int status)
    {
        await using var host = await OuterHost.StartAsync(["classify"]);
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent("{", Encoding.UTF8, "application/json") };

        using var answer = await host.Client.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.StartsWith("TSF", JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Body_larger_than_the_limit_is_refused_by_this_limit_and_not_the_other_hosts()
    {
        await using var host = await OuterHost.StartAsync(["classify"], "--TrustedServe:Http:MaxBodyBytes=41943040");

        using var fits = await host.Client.PostAsync("/predictions/classify", Body(35 << 20));
        Assert.Equal(HttpStatusCode.BadRequest, fits.StatusCode); // read whole, and too long a text for a row
        using var tooLong = await host.Client.PostAsync("/predictions/classify", Body(41 << 20));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLong.StatusCode);

        static StringContent Body(int bytes) => new(new string('a', bytes), Encoding.UTF8, "text/plain");
    }

    [Fact]
    public async Task Message_is_scored_and_another_delivery_of_it_changes_nothing()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        await using var host = await OuterHost.StartAsync(["classify"], [.. Arguments(queue)]);
        await queue.UploadAsync("{\"text\":\"one\"}\n{\"text\":\"two\"}\n");
        var message = Encoding.UTF8.GetBytes(queue.Job(model: "classify"));

        await host.Functions.RunJobAsync(message, "m1", 1, CancellationToken.None);
        Assert.Equal(2, (await queue.ResultAsync()).Count);
        var written = (await queue.Out.GetBlobClient("result.jsonl").GetPropertiesAsync()).Value.ETag;

        await host.Functions.RunJobAsync(message, "m1", 2, CancellationToken.None);
        Assert.Equal(written, (await queue.Out.GetBlobClient("result.jsonl").GetPropertiesAsync()).Value.ETag);
    }

    [Fact]
    public async Task Failed_job_is_thrown_so_that_the_other_host_counts_the_try()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        await using var host = await OuterHost.StartAsync(["classify"], [.. Arguments(queue)]);

        var malformed = await Assert.ThrowsAsync<TsfException>(() => host.Functions.RunJobAsync("{"u8.ToArray(), "m1", 1, CancellationToken.None));
        Assert.Equal(TsfErrors.MalformedJob, malformed.Error);
        var missing = await Assert.ThrowsAsync<TsfException>(() => host.Functions.RunJobAsync(
            Encoding.UTF8.GetBytes(queue.Job(model: "classify")), "m2", 1, CancellationToken.None));
        Assert.Equal(TsfErrors.InputMissing, missing.Error);
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Functions.RunJobAsync(
            Encoding.UTF8.GetBytes(queue.Job(model: "classify")), "m3", 1, stopped.Token));
    }

    [Fact]
    public async Task Another_hosts_listener_needs_callers_to_be_known()
    {
        var refused = await Assert.ThrowsAsync<TsfException>(() => EmbeddedFunctions.StartAsync(
            CommandLine.Parse(["--TrustedServe:Models:Store=/models", "--TrustedServe:Trust:Broker=http://127.0.0.1:1"]),
            new HostSeams { Mode = () => TrustMode.Development, Environment = [] }));

        Assert.Equal(TsfErrors.OpenListener, refused.Error);
    }

    [Fact]
    public async Task Other_host_that_ends_while_this_waits_for_its_store_is_not_held_up()
    {
        var log = new LogRecorder();
        using var ending = new CancellationTokenSource();
        var started = EmbeddedFunctions.StartAsync(
            CommandLine.Parse(
            [
                "--TrustedServe:Models:Store=https://store.invalid/models", "--TrustedServe:Trust:KeySource=GuestApi",
                "--TrustedServe:Health:Listen=http://127.0.0.1:0", "--TrustedServe:Http:InsecureAllowAnyCaller=true",
                $"--TrustedServe:Worker:Executable={Repository.Executable("tests", "TrustedServe.WorkerDouble")}",
            ]),
            new HostSeams
            {
                Mode = () => TrustMode.Development,
                OpenStore = _ => new AwayStore(int.MaxValue),
                Environment = [],
                Logging = logging => logging.ClearProviders().AddProvider(log),
            },
            ending.Token);
        await QueueHarness.UntilAsync(() => Task.FromResult(log.Has(2801)));

        await ending.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => started.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Models_are_not_managed_by_whoever_reaches_the_other_host()
    {
        await using var host = await OuterHost.StartAsync(["classify"]);

        using var answer = await host.Client.PostAsync("/v2/repository/models/classify/unload", null);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task Stop_waits_for_the_job_in_hand()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        await using var host = await OuterHost.StartAsync(["paced-500"], [.. Arguments(queue)]);
        await queue.UploadAsync("{\"x\":[1,2]}\n");
        var running = host.Functions.RunJobAsync(Encoding.UTF8.GetBytes(queue.Job(model: "paced-500")), "m1", 1, CancellationToken.None);

        await host.Functions.StopAsync();

        await running;
        Assert.Single(await queue.ResultAsync());
    }

    [Fact]
    public async Task Job_that_outlasts_the_grace_is_stopped_and_writes_nothing()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        await using var host = await OuterHost.StartAsync(["slow"], [.. Arguments(queue), "--TrustedServe:Drain:GraceSeconds=1"]);
        await queue.UploadAsync("{\"x\":[1,2]}\n");
        var running = host.Functions.RunJobAsync(Encoding.UTF8.GetBytes(queue.Job(model: "slow")), "m1", 1, CancellationToken.None);

        await host.Functions.StopAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.True(await queue.NothingWrittenAsync());
    }

    [Fact]
    public async Task Job_without_a_queue_in_the_settings_is_refused()
    {
        await using var host = await OuterHost.StartAsync(["classify"]);

        var refused = await Assert.ThrowsAsync<TsfException>(() => host.Functions.RunJobAsync("{}"u8.ToArray(), "m1", 1, CancellationToken.None));

        Assert.Equal(TsfErrors.InvalidSettings, refused.Error);
    }

    private static IEnumerable<string> Arguments(QueueHarness queue) => queue.Settings.Select(setting => $"--TrustedServe:Queue:{setting.Key}={setting.Value}")
        .Append("--TrustedServe:Trust:InsecureSimulatedEvidence=true");
}
