using System.Text.Json.Nodes;
using TrustedServe.Kubernetes.Cluster.Api;
using TrustedServe.Kubernetes.Tests.Cluster.Double;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Tests.Cluster;

public sealed class WatchTests
{
    [Fact]
    public async Task Watch_that_is_cut_goes_on_from_where_it_was_and_loses_nothing()
    {
        await using var sandbox = await Sandbox.StartAsync();
        var (watch, states) = Follow(sandbox);
        Assert.Null(await NextAsync(states));
        Put(sandbox, "1");
        Assert.Equal("1", await NextAsync(states));

        var opened = sandbox.Cluster.WatchesOpened;
        sandbox.Cluster.CutWatches();
        Put(sandbox, "2"); // while nobody watches
        Assert.Equal("2", await NextAsync(states));
        Assert.True(sandbox.Cluster.WatchesOpened > opened);
        Assert.Equal((true, 0), (watch.Resumed > 0, watch.Relisted));
        await states.DisposeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Version_that_is_too_old_makes_it_list_again(bool byStatus)
    {
        await using var sandbox = await Sandbox.StartAsync();
        sandbox.Cluster.IsGoneByStatus = byStatus;
        Put(sandbox, "1");
        var (watch, states) = Follow(sandbox);
        Assert.Equal("1", await NextAsync(states));
        var next = NextAsync(states);
        await Sandbox.UntilAsync(() => sandbox.Cluster.WatchesOpened > 0);

        // While it is away, the object changes and the history is forgotten.
        sandbox.Cluster.Faults.Add("GET", "watch=true", Faults.Before(() =>
        {
            Put(sandbox, "2");
            sandbox.Cluster.Store.Compact();
        }), times: 1);
        sandbox.Cluster.CutWatches();
        Assert.Equal("2", await next);
        Assert.True(watch.Relisted > 0);
        await states.DisposeAsync();
    }

    [Fact]
    public async Task Deleted_and_made_again_is_seen_as_both()
    {
        await using var sandbox = await Sandbox.StartAsync();
        Put(sandbox, "1");
        var (_, states) = Follow(sandbox);
        Assert.Equal("1", await NextAsync(states));
        sandbox.Cluster.Store.Delete(KindEntry.All.First(kind => kind.Kind == "Ox"), "default", "x", null, foreground: false, dryRun: false);
        while (await NextAsync(states) is not null)
        {
            // It is marked first, then gone.
        }

        Put(sandbox, "2");
        Assert.Equal("2", await NextAsync(states));
        await states.DisposeAsync();
    }

    [Fact]
    public async Task Events_that_cannot_be_read_make_it_list_again()
    {
        await using var sandbox = await Sandbox.StartAsync();
        Put(sandbox, "1");
        sandbox.Cluster.Faults.Add("GET", "watch=true", Faults.Raw(200, "{\"type\": \"MODI"u8.ToArray()), times: 1);
        sandbox.Cluster.Faults.Add("GET", "watch=true", Faults.Raw(200, "nonsense\n"u8.ToArray()), times: 1);
        sandbox.Cluster.Faults.Add("GET", "watch=true", Faults.Status(429, "TooManyRequests", "later"), times: 1);
        var (watch, states) = Follow(sandbox);
        Assert.Equal("1", await NextAsync(states));
        var next = NextAsync(states);
        await Sandbox.UntilAsync(() => watch.Relisted > 0);
        Put(sandbox, "2");
        while (await next is "1")
        {
            next = NextAsync(states); // it was listed again
        }

        Assert.Equal("2", await next);
        await states.DisposeAsync();
    }

    [Fact]
    public async Task Event_without_end_and_a_refusal_end_it()
    {
        await using var sandbox = await Sandbox.StartAsync();
        sandbox.Cluster.Faults.Add("GET", "watch=true", Faults.Raw(200, new byte[1 << 20], repeat: 1_000), times: 1);
        var (_, states) = Follow(sandbox);
        await NextAsync(states);
        Assert.Equal(TsfErrors.ClusterUnreachable, (await Assert.ThrowsAsync<TsfException>(() => NextAsync(states))).Error);
        sandbox.Cluster.Faults.Add("GET", "watch=true", Faults.Status(403, "Forbidden", "no watching"), times: 1);
        (_, states) = Follow(sandbox);
        await NextAsync(states);
        Assert.Contains("'watch' is needed", (await Assert.ThrowsAsync<TsfException>(() => NextAsync(states))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_waits_through_broken_watches()
    {
        await using var sandbox = await Sandbox.StartAsync();
        sandbox.Cluster.Controllers.Rollouts = _ => Rollout.Stalled;
        var apply = sandbox.ApplyAsync(Sandbox.Manifests());
        await Sandbox.UntilAsync(() => sandbox.Cluster.WatchesOpened > 0);
        sandbox.Cluster.CutWatches();
        await Sandbox.UntilAsync(() => sandbox.Cluster.WatchesOpened > 1);
        sandbox.Cluster.Store.Compact();
        sandbox.Cluster.CutWatches();
        Assert.False(apply.IsCompleted);
        sandbox.Cluster.Put("Deployment", "models", "langid", new() { ["status"] = JsonNode.Parse("""{"observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}""") }, subresource: "status");
        Assert.True((await apply).IsDone);
    }

    private static (ObjectWatch Watch, IAsyncEnumerator<JsonObject?> States) Follow(Sandbox sandbox)
    {
        var watch = new ObjectWatch(sandbox.Client.Requests, TimeProvider.System);
        return (watch, watch.FollowAsync(new ResourceType("example.invalid/v1", "Ox", "oxen", true, true), "default", "x", CancellationToken.None).GetAsyncEnumerator());
    }

    private static async Task<string?> NextAsync(IAsyncEnumerator<JsonObject?> states)
    {
        Assert.True(await states.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(2)));
        return (string?)states.Current?["spec"]!["value"];
    }

    private static void Put(Sandbox sandbox, string value) => sandbox.Cluster.Put("Ox", "default", "x", new() { ["spec"] = new JsonObject { ["value"] = value } });
}
