using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TrustedServe.Attestation.Modes;
using TrustedServe.Functions.Queue;
using TrustedServe.Functions.Signals;
using TrustedServe.Functions.Tests.Embedding;
using TrustedServe.Functions.Tests.Hosting;
using TrustedServe.Functions.Tests.Queue;
using TrustedServe.Packaging.Stores;
using TrustedServe.Testing;
using CommandLine = TrustedServe.Functions.Settings.CommandLine;
using HostSettings = TrustedServe.Functions.Settings.HostSettings;

namespace TrustedServe.Functions.Tests.Signals;

/// <summary>The front end, workers, a queue and blobs as they are, loaded with what is known, and every signal compared with it.</summary>
public sealed class ScriptedLoadTests(AzuriteFixture fixture)
{
    [Fact]
    public async Task Every_value_is_what_was_sent()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        queue.Settings["RowsPerRequest"] = "10";
        queue.Settings["ParallelRequests"] = "1";
        await queue.UploadAsync("held", 70, stated: true);
        await queue.UploadAsync("stated-12", 12, stated: true);
        await queue.UploadAsync("stated-8", 8, stated: true);
        await queue.UploadAsync("sized", 60, stated: false); // 600 bytes
        await queue.Queue.SendMessageAsync(queue.Job("held", "held", "held", "shut"));
        await using var host = await TestHost.ReadyAsync(["classify", "shut"], SignalHost.Arguments(queue));
        var shut = await host.ScalingAsync("/models/shut", document => document.Number("instance.jobs") == 1 && document.Number("instance.rows") == 70);
        Assert.Equal(8.75, shut.Number("instance.seconds")); // a row takes each of two lanes 0.25 s, says the double

        var asks = Enumerable.Range(0, 3).Select(_ => host.PostAsync("/predictions/shut", Encoding.UTF8.GetBytes("words"), "text/plain")).ToList();
        foreach (var input in new[] { "stated-12", "stated-8", "sized", "missing" })
        {
            await queue.Queue.SendMessageAsync(queue.Job(input, input, input, "classify"));
        }

        await queue.Queue.SendMessageAsync("not a job");
        await queue.Queue.SendMessageAsync(queue.Job("unknown", "sized", "unknown", "no-such-model"));
        var all = await host.ScalingAsync(string.Empty, document =>
            document.Has("queue") && document.Number("queue.messages") == 7 && document.Number("instance.inFlight") == 3 && document.Text("queueRead.state") == "fresh");

        Assert.InRange(all.Number("queueRead.ageSeconds"), 0, 60);
        Assert.Equal((7, 2), (all.Number("queue.messages"), all.Number("queue.otherMessages")));
        Assert.Equal(93, all.Number("queue.rows")); // 70 + 12 + 8 + 600 ÷ 256, up
        Assert.Equal(Math.Round((70 + 20 + (600 / 256.0)) * 0.125, 3), all.Number("queue.seconds"));
        Assert.Equal((3, 1, 70, 8.75), (all.Number("instance.inFlight"), all.Number("instance.jobs"), all.Number("instance.rows"), all.Number("instance.seconds")));

        var classify = all.GetProperty("models").GetProperty("classify");
        Assert.Equal((4, 4, 23), (classify.Number("queue.messages"), classify.Number("queue.waitingMessages"), classify.Number("queue.rows")));
        Assert.Equal(Math.Round((20 + (600 / 256.0)) * 0.125, 3), classify.Number("queue.seconds"));
        Assert.Equal(("exact", "estimate"), (classify.Text("queue.messagesAre"), classify.Text("queue.rowsAre")));
        Assert.Equal((0, 0, 0, 0), (classify.Number("instance.inFlight"), classify.Number("instance.jobs"), classify.Number("instance.rows"), classify.Number("instance.seconds")));

        shut = all.GetProperty("models").GetProperty("shut");
        Assert.Equal((1, 0, 70, 8.75), (shut.Number("queue.messages"), shut.Number("queue.waitingMessages"), shut.Number("queue.rows"), shut.Number("queue.seconds")));
        Assert.Equal(("exact", "exact"), (shut.Text("queue.messagesAre"), shut.Text("queue.rowsAre")));
        Assert.Equal((3, 2, 1, 70, 8.75), (shut.Number("instance.inFlight"), shut.Number("instance.lanes"), shut.Number("instance.jobs"), shut.Number("instance.rows"), shut.Number("instance.seconds")));

        var text = await host.Health.GetStringAsync("/metrics");
        Assert.Equal((7, 2), (SignalHost.Metric(text, "trustedserve_queue_messages"), SignalHost.Metric(text, "trustedserve_queue_other_messages")));
        Assert.Equal(4, OfClassify("trustedserve_model_queue_messages"));
        Assert.Equal(4, OfClassify("trustedserve_model_queue_waiting_messages"));
        Assert.Equal(20 + (600 / 256.0), OfClassify("trustedserve_model_queue_rows"));
        Assert.Equal((20 + (600 / 256.0)) * 0.125, OfClassify("trustedserve_model_queue_work_seconds"), 9);
        Assert.Equal(70, SignalHost.Metric(text, "trustedserve_model_job_rows{model=\"shut\",version=\"1\"}"));
        Assert.Equal(3, SignalHost.Metric(text, "trustedserve_model_requests_in_flight{model=\"shut\",version=\"1\"}"));
        Assert.DoesNotContain("xxxx", text + all.GetRawText(), StringComparison.Ordinal);

        // All of it is worked off, and what it cost is known from then on.
        SignalHost.OpenGate(host.StoreDirectory);
        await Task.WhenAll(asks);
        await queue.EmptyAsync();
        all = await host.ScalingAsync(string.Empty, document => document.Has("queue") && document.Number("queue.messages") == 0 && document.Number("instance.jobs") == 0);
        Assert.Equal((0, 0, 0, 0), (all.Number("queue.rows"), all.Number("queue.seconds"), all.Number("instance.inFlight"), all.Number("instance.rows")));
        var costs = all.GetProperty("models").GetProperty("classify").GetProperty("costs");
        Assert.Equal(("measured", "measured"), (costs.Text("secondsPerRowIs"), costs.Text("bytesPerRowIs")));
        Assert.Equal(10, costs.Number("bytesPerRow"), 6);
        Assert.InRange(costs.Number("secondsPerRow"), 0.000_001, 60);

        double OfClassify(string name) => SignalHost.Metric(text, $"{name}{{model=\"classify\",version=\"1\"}}");
    }

    [Fact]
    public async Task Seconds_are_rows_and_messages_times_what_they_were_measured_to_cost()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        await using var host = await TestHost.ReadyAsync(["classify", "shut"], SignalHost.Arguments(queue));
        await queue.UploadAsync("first", 500, stated: false);
        await queue.Queue.SendMessageAsync(queue.Job("first", "first", "first", "classify"));
        await queue.EmptyAsync();
        await queue.UploadAsync("held", 70, stated: true);
        await queue.Queue.SendMessageAsync(queue.Job("held", "held", "held", "shut"));
        await host.ScalingAsync("/models/shut", document => document.Number("instance.jobs") == 1);
        await queue.UploadAsync("second", 300, stated: false);
        await queue.Queue.SendMessageAsync(queue.Job("second", "second", "second", "classify"));
        await queue.Queue.SendMessageAsync(queue.Job("third", "second", "third", "classify"));

        var classify = await host.ScalingAsync("/models/classify", document => document.Has("queue") && document.Number("queue.messages") == 2);

        Assert.Equal(600, classify.Number("queue.rows")); // by the bytes a row that the first had
        var expected = (600 * classify.Number("costs.secondsPerRow")) + (2 * classify.Number("costs.secondsPerMessage"));
        Assert.Equal(expected, classify.Number("queue.seconds"), 0.002);
        Assert.True(classify.Number("costs.secondsPerMessage") > 0);
        SignalHost.OpenGate(host.StoreDirectory);
        await queue.EmptyAsync();
    }

    [Fact]
    public async Task Several_instances_say_what_scalers_arithmetic_makes_right()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        await queue.UploadAsync("ten", 10, stated: true);
        var hosts = new List<TestHost>();
        try
        {
            for (var i = 0; i < 3; i++)
            {
                hosts.Add(await TestHost.ReadyAsync(["shut"], SignalHost.Arguments(queue)));
                await queue.Queue.SendMessageAsync(queue.Job($"held-{i}", "ten", $"held-{i}", "shut"));
                var jobs = hosts[i].Services.GetRequiredService<JobRegistry>();
                await QueueHarness.UntilAsync(() => Task.FromResult(jobs.Running.Count == 1)); // it has taken it: others have their own
            }

            for (var i = 0; i < 6; i++)
            {
                await queue.Queue.SendMessageAsync(queue.Job($"waits-{i}", "ten", $"waits-{i}", "shut"));
            }

            var asks = hosts.SelectMany((host, i) => Enumerable.Range(0, i + 1).Select(_ => host.PostAsync("/predictions/shut", Encoding.UTF8.GetBytes("words"), "text/plain"))).ToList();
            var documents = new List<JsonElement?>();
            foreach (var (i, host) in hosts.Index())
            {
                documents.Add(await host.ScalingAsync("/models/shut", document =>
                    document.Has("queue") && document.Number("queue.messages") == 9 && document.Number("instance.inFlight") == i + 1 && document.Number("instance.rows") == 10));
            }

            // Of the whole queue everybody says the same: 9 messages of 10 rows, 0.125 s each.
            Assert.All(documents, document => Assert.Equal((9, 6, 90, 11.25), (document!.Value.Number("queue.messages"), document.Value.Number("queue.waitingMessages"), document.Value.Number("queue.rows"), document.Value.Number("queue.seconds"))));
            Assert.All(Keda.Aggregations.Except(["sum"]), aggregation => Assert.Equal(3, Keda.Replicas(documents, "queue.seconds", aggregation, target: 5, current: 3)));
            Assert.Equal(3, Keda.Replicas([documents[1]], "queue.seconds", null, target: 5, current: 3)); // one of them, through the service
            Assert.Equal(7, Keda.Replicas(documents, "queue.seconds", "sum", target: 5, current: 3)); // wrong: three times the queue

            // Of itself each says what the others do not: 1 + 2 + 3 requests, 3 jobs of 10 rows.
            Assert.Equal(6, Keda.Aggregate(documents, "instance.inFlight", "sum"));
            Assert.Equal(30, Keda.Aggregate(documents, "instance.rows", "sum"));
            Assert.Equal(3, Keda.Replicas(documents, "instance.inFlight", "sum", target: 2, current: 3));
            Assert.Equal(3, Keda.Replicas(documents, "instance.inFlight", "average", target: 2, current: 3, isValue: true));
            Assert.Equal(1, Keda.Replicas(documents, "instance.inFlight", "average", target: 2, current: 3)); // wrong: a mean divided once more

            // One that cannot be read is left out: of the queue the same is known, of the instances a third is missing.
            documents[0] = null;
            Assert.Equal(3, Keda.Replicas(documents, "queue.seconds", "average", target: 5, current: 3));
            Assert.Equal(20, Keda.Aggregate(documents, "instance.rows", "sum"));

            hosts.ForEach(host => SignalHost.OpenGate(host.StoreDirectory));
            await Task.WhenAll(asks);
            await queue.EmptyAsync();
        }
        finally
        {
            foreach (var host in hosts)
            {
                await host.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Queue_that_disappears_is_left_out_and_known_again_when_it_is_back()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        await using var host = await TestHost.ReadyAsync(["classify"], SignalHost.Arguments(queue, "--TrustedServe:Signals:StaleSeconds=2"));
        await host.ScalingAsync("/models/classify", document => document.Text("queueRead.state") == "fresh");

        await queue.Queue.DeleteAsync();
        var away = await host.ScalingAsync("/models/classify", document => document.Text("queueRead.state") == "stale");
        Assert.False(away.Has("queue"));
        Assert.True(away.Number("queueRead.ageSeconds") > 2);
        Assert.Equal(0, away.Number("instance.inFlight"));
        Assert.ThrowsAny<Exception>(() => Keda.Value(away, "queue.seconds"));
        Assert.DoesNotContain("trustedserve_queue_messages ", await host.Health.GetStringAsync("/metrics"));

        await queue.Queue.CreateAsync();
        await host.ScalingAsync("/models/classify", document => document.Has("queue"));
        Assert.True(host.Log.Has(2701) && host.Log.Has(2702));
    }

    [Fact]
    public async Task Costs_are_known_after_a_restart_and_what_others_keep_in_the_queue_stays()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        await queue.Queue.SetMetadataAsync(new Dictionary<string, string> { ["owner"] = "somebody", ["tsfwork"] = "1 torn@1=5,5 other@1=1,10,0,1,100" });
        await using (var host = await TestHost.ReadyAsync(["classify"], SignalHost.Arguments(queue)))
        {
            Assert.Equal("worker", (await host.ScalingAsync("/models/classify")).Text("costs.secondsPerRowIs"));
            await queue.UploadAsync("rows", 200, stated: false);
            await queue.Queue.SendMessageAsync(queue.Job("job", "rows", "result", "classify"));
            await queue.EmptyAsync();
        }

        var metadata = (await queue.Queue.GetPropertiesAsync()).Value.Metadata;
        Assert.Equal("somebody", metadata["owner"]);
        var kept = KeptWork.Parse(metadata["tsfwork"]);
        Assert.Equal(["classify", "other"], kept.Keys.Select(key => key.Model).Order(StringComparer.Ordinal));

        await using var next = await TestHost.ReadyAsync(["classify"], SignalHost.Arguments(queue));
        var costs = (await next.ScalingAsync("/models/classify", document => document.Text("queueRead.state") == "fresh")).GetProperty("costs");
        Assert.Equal("measured", costs.Text("secondsPerRowIs"));
        Assert.Equal(kept[new ModelKey("classify", "1")].SecondsPerRow!.Value, costs.Number("secondsPerRow"), 9);
        Assert.Equal(10, costs.Number("bytesPerRow"), 6);
    }

    [Theory]
    [InlineData("--TrustedServe:Signals:KeepMeasurements=false")]
    [InlineData("--TrustedServe:Health:ModelSignals=false")]
    public async Task Nothing_is_written_to_the_queue_where_it_is_not_to_be(string setting)
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        await using (var host = await TestHost.ReadyAsync(["classify"], SignalHost.Arguments(queue, setting)))
        {
            await queue.UploadAsync("rows", 20, stated: false);
            await queue.Queue.SendMessageAsync(queue.Job("job", "rows", "result", "classify"));
            await queue.EmptyAsync();
        }

        Assert.Empty((await queue.Queue.GetPropertiesAsync()).Value.Metadata);
    }

    [Fact]
    public async Task Another_hosts_messages_count_as_jobs_in_hand()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        await using var host = await OuterHost.StartAsync(["shut"], SignalHost.Arguments(queue));
        using var health = new HttpClient { BaseAddress = host.Functions.HealthAddress };
        await queue.UploadAsync("rows", 30, stated: true);
        await queue.Queue.SendMessageAsync(queue.Job("waits", "rows", "waits", "shut"));

        var job = host.Functions.RunJobAsync(Encoding.UTF8.GetBytes(queue.Job("held", "rows", "held", "shut")), "m1", 1, CancellationToken.None);
        JsonElement shut = default;
        await QueueHarness.UntilAsync(async () =>
        {
            shut = JsonElement.Parse(await health.GetStringAsync("/scaling/models/shut"));
            return shut.Number("instance.rows") == 30 && shut.Has("queue") && shut.Number("queue.messages") == 2;
        });

        Assert.Equal((1, 1, 60), (shut.Number("instance.jobs"), shut.Number("queue.waitingMessages"), shut.Number("queue.rows")));
        SignalHost.OpenGate(host.StoreDirectory);
        await job;
    }

    [Fact]
    public async Task Instance_for_one_message_shows_it_and_leaves_what_it_measured()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        using var store = new TemporaryDirectory();
        await queue.UploadAsync("rows", 30, stated: true);
        await queue.Queue.SendMessageAsync(queue.Job("one", "rows", "one", "shut"));
        var taken = (await queue.Queue.ReceiveMessageAsync(TimeSpan.FromMinutes(10))).Value;
        await queue.Queue.SendMessageAsync(queue.Job("two", "rows", "two", "shut"));
        var seams = new HostSeams
        {
            Mode = () => TrustMode.Development,
            Role = HostRole.OneShot,
            OpenStore = options => new FakeStore(options.Store, [new StoreEntry("shut", "1", "x", true)]),
            Environment = [],
            Logging = logging => logging.ClearProviders(),
        };
        var line = CommandLine.Parse(
        [
            $"--TrustedServe:Models:Store={store.Path}",
            "--TrustedServe:Health:Listen=http://127.0.0.1:0",
            "--TrustedServe:Trust:Broker=http://127.0.0.1:1",
            $"--TrustedServe:Worker:Executable={Repository.Executable("tests", "TrustedServe.WorkerDouble")}",
            .. SignalHost.Arguments(queue),
        ]);
        await using (var host = FunctionsHost.Build(await HostSettings.ReadAsync(line, seams), seams))
        {
            await host.StartAsync();
            using var health = new HttpClient { BaseAddress = host.HealthAddress };
            var job = host.Services.GetRequiredService<BatchJob>().RunAsync(JobMessage.Parse(taken.Body, 16_384), "one:1", 1, CancellationToken.None);
            JsonElement shut = default;
            await QueueHarness.UntilAsync(async () =>
            {
                shut = JsonElement.Parse(await health.GetStringAsync("/scaling/models/shut"));
                return shut.Number("instance.rows") == 30 && shut.Has("queue") && shut.Number("queue.messages") == 2;
            });
            Assert.Equal((1, 1, 60), (shut.Number("instance.jobs"), shut.Number("queue.waitingMessages"), shut.Number("queue.rows")));

            SignalHost.OpenGate(store.Path);
            Assert.Equal(JobOutcome.Completed, await job);
            await host.StopAsync();
        }

        var kept = KeptWork.Parse((await queue.Queue.GetPropertiesAsync()).Value.Metadata["tsfwork"]);
        Assert.Equal([new ModelKey("shut", "1")], kept.Keys);
    }
}
