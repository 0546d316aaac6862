using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TrustedServe.Functions.Supervision;
using TrustedServe.Functions.Tests.Hosting;
using TrustedServe.Protocol.Placement;

namespace TrustedServe.Functions.Tests.Supervision;

public sealed class RoutingTests
{
    private const string Body = """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""";

    [Fact]
    public async Task Two_nodes_have_a_worker_each_with_their_own_cores_and_take_turns()
    {
        var machine = new PlacedMachine([3, 2]);
        await using var host = await TestHost.ReadyOnAsync(machine, ["placed-0"]);
        Assert.Equal(2, host.Starts("placed-0"));
        Assert.Equal(["0"], machine.Pinned); // the front end keeps to its core
        var seen = new Dictionary<int, string>();
        for (var call = 0; call < 4; call++)
        {
            var parameters = await AskAsync(host, "placed-0");
            seen[parameters.GetProperty("node").GetInt32()] = parameters.GetProperty("cores").GetString()!;
        }

        Assert.Equal("1,2", seen[0]);
        Assert.Equal("3,4", seen[1]);
        var metadata = await host.Client.GetFromJsonAsync<JsonElement>("/v2/models/placed-0");
        var frontEnd = FrontEndReport.Parse(metadata.GetProperty("properties").GetProperty("front_end").GetString())!;
        Assert.Equal(("0", "0", false, "ok"), (frontEnd.Cores, frontEnd.ActualCores, frontEnd.IsShared, frontEnd.Affinity));
        Assert.Equal("4", metadata.GetProperty("properties").GetProperty("lanes").GetString()); // two of each double
        Assert.Contains(host.Log.Lines, line => line.Id == 2107 && line.Text.Contains("cores 1-2 of node 0 and cores 3-4 of node 1"));
    }

    [Fact]
    public async Task Calls_go_where_fewest_are_in_hand()
    {
        await using var host = await TestHost.ReadyOnAsync(new PlacedMachine([3, 2]), ["hold-0"]);
        using var leaving = new CancellationTokenSource();
        var held = await HoldAsync(host, leaving.Token);
        for (var call = 0; call < 10; call++)
        {
            Assert.Equal(1, (await AskAsync(host, "hold-0")).GetProperty("node").GetInt32());
        }

        Assert.False(held.IsCompleted);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => held);
    }

    [Fact]
    public async Task Request_of_a_killed_worker_is_answered_by_the_other()
    {
        await using var host = await TestHost.ReadyOnAsync(new PlacedMachine([3, 2]), ["hold-0"]);
        var held = await HoldAsync(host, CancellationToken.None);
        var other = (await AskAsync(host, "hold-0")).GetProperty("process").GetInt32();
        using var killed = Process.GetProcessById(Assert.Single(host.Processes(), process => process != other));

        killed.Kill();

        using var answer = await held;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(other, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("parameters").GetProperty("process").GetInt32());
        Assert.Contains(host.Log.Lines, line => line.Id == 2109);
        Assert.True(host.Fleet.IsReady);
        await host.UntilAsync(() => host.Starts("hold-0") == 3 && host.Fleet.Find("hold-0")!["1"].Workers.All(worker => worker.State is WorkerState.Ready));
    }

    [Fact]
    public async Task Request_that_ends_a_worker_is_tried_once_more_and_others_are_not_lost()
    {
        await using var host = await TestHost.ReadyOnAsync(new PlacedMachine([3, 2]), ["crash-0"]);
        for (var call = 0; call < 4; call++)
        {
            // Whoever asks is answered by the second node, at once or after the first has died of it.
            Assert.Equal(1, (await AskAsync(host, "crash-0")).GetProperty("node").GetInt32());
        }

        Assert.Contains(host.Log.Lines, line => line.Id == 2109);
    }

    [Fact]
    public async Task Request_that_ends_every_worker_is_tried_twice_and_no_more()
    {
        await using var host = await TestHost.ReadyOnAsync(new PlacedMachine([3, 2, 2]), ["crash"]);
        using var answer = await host.PostAsync("/v2/models/crash/infer", Body);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("TSF5003", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
        await host.UntilAsync(() => host.Starts("crash") == 5);
        Assert.Equal(2, host.Fleet.Restarts);
    }

    [Fact]
    public async Task Kernel_that_refuses_to_pin_is_reported_and_served_on()
    {
        await using var host = await TestHost.ReadyOnAsync(new PlacedMachine([4], SystemCallResult.NotPermitted), ["matrix"]);
        Assert.Contains(host.Log.Lines, line => line.Id == 2108 && line.Text.Contains("EPERM"));
        await host.AskAsync("/v2/models/matrix/infer", Body);
    }

    [Fact]
    public async Task Cores_of_the_front_end_can_be_asked_for()
    {
        var machine = new PlacedMachine([4]);
        await using var host = await TestHost.ReadyOnAsync(machine, ["placed-0"], "--TrustedServe:Worker:FrontEndCores=3");
        Assert.Equal(["0,1,2"], machine.Pinned);
        Assert.Equal("3", (await AskAsync(host, "placed-0")).GetProperty("cores").GetString());
    }

    [Fact]
    public async Task Models_share_the_cores_or_divide_them()
    {
        string[] models = ["first-0", "second-0"];
        await using (var shared = await TestHost.ReadyOnAsync(new PlacedMachine([5]), models, "--TrustedServe:Worker:FrontEndCores=1"))
        {
            Assert.Equal(("1,2,3,4", "1,2,3,4"), (await CoresAsync(shared, models[0]), await CoresAsync(shared, models[1])));
        }

        await using var divided = await TestHost.ReadyOnAsync(new PlacedMachine([5]), models, "--TrustedServe:Worker:FrontEndCores=1", "--TrustedServe:Worker:DivideCores=true");
        Assert.Equal(("1,2", "3,4"), (await CoresAsync(divided, models[0]), await CoresAsync(divided, models[1])));
        Assert.Contains(divided.Log.Lines, line => line.Id == 2107 && line.Text.Contains("2 models have cores of their own"));

        async Task<string?> CoresAsync(TestHost host, string model) => (await AskAsync(host, model)).GetProperty("cores").GetString();
    }

    private static async Task<JsonElement> AskAsync(TestHost host, string model) => (await host.AskAsync($"/v2/models/{model}/infer", Body)).GetProperty("parameters");

    // Workers take turns: within two calls the first one has one that it does not answer.
    private static async Task<Task<HttpResponseMessage>> HoldAsync(TestHost host, CancellationToken leaving)
    {
        while (true)
        {
            var call = host.Client.PostAsync("/v2/models/hold-0/infer", JsonContent.Create(JsonSerializer.Deserialize<JsonElement>(Body)), leaving);
            await host.UntilAsync(() => call.IsCompleted || host.Fleet.Find("hold-0")!["1"].Workers.Any(worker => worker is { State: WorkerState.Ready { Calls.Count: > 0 } } && worker.Node == 0));
            if (!call.IsCompleted)
            {
                return call;
            }
        }
    }
}
