using System.Text;
using System.Text.Json;
using TrustedServe.Functions.Settings;

namespace TrustedServe.Functions.Tests.Queue;

/// <summary>Receivers that stop, are killed or lose their message, and stores that go away.</summary>
public sealed class QueueRecoveryTests(AzuriteFixture fixture)
{
    [Fact]
    public async Task Pump_StoppedMidway_HandsBackAndNextCompletes()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        queue.Host = new QueueHostSettings { VisibilityTimeout = TimeSpan.FromMinutes(10) };
        queue.Gateway.Delay = TimeSpan.FromSeconds(1);
        await queue.UploadAsync(Rows(2000));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();
        await QueueHarness.UntilAsync(() => Task.FromResult(!queue.Gateway.Answered.IsEmpty));
        await queue.StopAsync();
        Assert.True(await queue.NothingWrittenAsync());
        Assert.NotNull((await queue.Queue.PeekMessageAsync()).Value);

        queue.Gateway.Delay = TimeSpan.Zero;
        await queue.StartAsync();

        Assert.Equal(2000, (await queue.ResultAsync()).Count);
        await queue.EmptyAsync();
        Assert.True(queue.Log.Has(6009));
        Assert.False(queue.Log.Has(6005));
    }

    [Fact]
    public async Task Pump_StoppedOnLastTry_DoesNotPoison()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        queue.Host = new QueueHostSettings { MaxDequeueCount = 1 };
        queue.Gateway.Delay = TimeSpan.FromMinutes(5);
        await queue.UploadAsync(Rows(5));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();
        await QueueHarness.UntilAsync(() => Task.FromResult(queue.Gateway.MostAtOnce > 0));
        await queue.StopAsync();

        queue.Gateway.Delay = TimeSpan.Zero;
        await queue.StartAsync();

        Assert.Equal(5, (await queue.ResultAsync()).Count);
        await queue.EmptyAsync();
        Assert.False(await queue.Poison.ExistsAsync());
    }

    [Fact]
    public async Task Message_HandedBackOften_StillHasAllItsTries()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        queue.Host = new QueueHostSettings { MaxDequeueCount = 2 };
        queue.Gateway.Delay = TimeSpan.FromMinutes(5);
        await queue.UploadAsync(Rows(5));
        await queue.Queue.SendMessageAsync(Convert.ToBase64String(Encoding.UTF8.GetBytes(queue.Job())));
        for (var i = 1; i <= 4; i++)
        {
            await queue.StartAsync();
            await QueueHarness.UntilAsync(() => Task.FromResult(queue.Jobs.Running.Count == 1));
            await queue.StopAsync();
            var text = (await queue.Queue.PeekMessageAsync()).Value.MessageText;
            Assert.Contains($"\"handedBack\":{i}", Encoding.UTF8.GetString(Convert.FromBase64String(text)));
        }

        await queue.In.GetBlobClient("rows.jsonl").DeleteAsync();
        await queue.StartAsync();

        var poison = await queue.PoisonAsync();
        Assert.Equal(2, poison.GetProperty("dequeueCount").GetInt32());
        Assert.DoesNotContain("handedBack", Encoding.UTF8.GetString(Convert.FromBase64String(poison.GetProperty("message").GetString()!)));
    }

    [Fact]
    public async Task Message_NeverEnded_PoisonSaysSo()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        queue.Host = new QueueHostSettings { MaxDequeueCount = 2 };
        await queue.UploadAsync(Rows(1));
        await queue.Queue.SendMessageAsync(queue.Job());
        for (var i = 0; i < 2; i++)
        {
            // What a receiver does that is killed.
            var received = (await queue.Queue.ReceiveMessageAsync(TimeSpan.FromMinutes(5))).Value;
            await queue.Queue.UpdateMessageAsync(received.MessageId, received.PopReceipt, visibilityTimeout: TimeSpan.Zero);
        }

        await queue.StartAsync();

        Assert.Equal("TSF6010", Code(await queue.PoisonAsync()));
        Assert.Empty(queue.Gateway.Answered);
    }

    [Fact]
    public async Task Lease_LostMidway_StopsAndLeavesMessageAlone()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        queue.Host = new QueueHostSettings { VisibilityTimeout = TimeSpan.FromSeconds(3) };
        queue.Gateway.Delay = TimeSpan.FromMinutes(5);
        await queue.UploadAsync(Rows(1));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();
        await QueueHarness.UntilAsync(() => Task.FromResult(queue.Gateway.MostAtOnce > 0));

        // Everything in the queue is gone, as if another receiver had finished it.
        await queue.Queue.ClearMessagesAsync();

        await QueueHarness.UntilAsync(() => Task.FromResult(queue.Log.Has(6007) && queue.Jobs.Running.Count == 0));
        Assert.True(await queue.NothingWrittenAsync());
        Assert.False(queue.Log.Has(6005));
    }

    [Fact]
    public async Task Queue_Disappears_RecoversWhenItIsBack()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        await queue.UploadAsync(Rows(2));
        await queue.Queue.DeleteAsync();
        await queue.StartAsync();
        await QueueHarness.UntilAsync(() => Task.FromResult(queue.Log.Has(6010)));

        await queue.Queue.CreateAsync();
        await queue.Queue.SendMessageAsync(queue.Job());

        Assert.Equal(2, (await queue.ResultAsync()).Count);
        Assert.True(queue.Log.Has(6011));
        Assert.Single(queue.Log.Lines, line => line.Id == 6010);
    }

    [Fact]
    public async Task Queue_DeletedUnderAJob_JobIsFinishedAndTheNextQueueIsRead()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        queue.Host = new QueueHostSettings { VisibilityTimeout = TimeSpan.FromSeconds(12) };
        queue.Gateway.Held = new TaskCompletionSource();
        await queue.UploadAsync(Rows(2));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();
        await QueueHarness.UntilAsync(() => Task.FromResult(queue.Gateway.MostAtOnce > 0));

        await queue.Queue.DeleteAsync();
        await QueueHarness.UntilAsync(() => Task.FromResult(queue.Log.Has(6015)));
        queue.Gateway.Held.SetResult();

        Assert.Equal(2, (await queue.ResultAsync()).Count);
        await QueueHarness.UntilAsync(() => Task.FromResult(queue.Log.Has(6010)));
        Assert.False(queue.Log.Has(6007));

        await queue.UploadAsync(Rows(3), "next.jsonl");
        await queue.Queue.CreateAsync();
        await queue.Queue.SendMessageAsync(queue.Job("job-2", "next.jsonl", "next-result.jsonl"));

        Assert.Equal(3, (await queue.ResultAsync("next-result.jsonl")).Count);
        Assert.True(queue.Log.Has(6011));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(-5)]
    public async Task Clock_ThatJumpsByHoursUnderAJob_ChangesNothing(int hours)
    {
        var time = new JumpingTime();
        await using var queue = await QueueHarness.CreateAsync(fixture, time);
        queue.Host = new QueueHostSettings { VisibilityTimeout = TimeSpan.FromSeconds(9) };
        queue.Gateway.Held = new TaskCompletionSource();
        await queue.UploadAsync(Rows(2));
        await queue.Queue.SendMessageAsync(queue.Job());
        await queue.StartAsync();
        await QueueHarness.UntilAsync(() => Task.FromResult(queue.Gateway.MostAtOnce > 0));
        var received = (await queue.Queue.GetPropertiesAsync()).Value.ApproximateMessagesCount;

        time.Offset = TimeSpan.FromHours(hours);

        // Longer than a lease, so that it must have been renewed by the clock that was set.
        await Task.Delay(TimeSpan.FromSeconds(11));
        Assert.Null((await queue.Queue.PeekMessageAsync()).Value);
        queue.Gateway.Held.SetResult();
        Assert.Equal(2, (await queue.ResultAsync()).Count);
        await queue.EmptyAsync();
        Assert.Equal(1, received);
        Assert.Single(queue.Log.Lines, line => line.Id == 6001);
        Assert.False(queue.Log.Has(6005) || queue.Log.Has(6007));
    }

    [Fact]
    public async Task Account_CannotBeReached_SaidOnceAndStopsAtOnce()
    {
        await using var queue = await QueueHarness.CreateAsync(fixture);
        queue.Settings["ConnectionString"] = "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;BlobEndpoint=http://127.0.0.1:1/a;QueueEndpoint=http://127.0.0.1:1/a;";
        await queue.StartAsync();
        await QueueHarness.UntilAsync(() => Task.FromResult(queue.Log.Has(6010)));

        await queue.StopAsync();

        Assert.Single(queue.Log.Lines, line => line.Id == 6010);
    }

    private static string Rows(int count) => string.Concat(Enumerable.Range(1, count).Select(n => $"\"text {n}\"\n"));

    private static string? Code(JsonElement poison) => poison.GetProperty("reason").GetProperty("code").GetString();
}
