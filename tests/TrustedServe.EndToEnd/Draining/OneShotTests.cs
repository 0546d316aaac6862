using System.Globalization;

namespace TrustedServe.EndToEnd.Draining;

/// <summary>
/// A process for each message, several at a time, as a ScaledJob starts them; and what each way to end is told by. The number of
/// messages, and of processes, is 6, or what <c>TRUSTEDSERVE_RUNS</c> says.
/// </summary>
public sealed class OneShotTests(AzuriteFixture fixture, ITestOutputHelper output) : IClassFixture<AzuriteFixture>
{
    private const int AtOnce = 3;

    private static int Runs => int.Parse(Environment.GetEnvironmentVariable("TRUSTEDSERVE_RUNS") ?? "6", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Runs_for_as_many_messages_score_each_once()
    {
        await using var stack = await PacedStack.CreateAsync(await fixture.GetAsync());
        for (var job = 1; job <= Runs; job++)
        {
            await stack.SendAsync($"job-{job}", 4 + (job % 40));
        }

        var scored = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        await Parallel.ForAsync(0, Runs, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (_, _) =>
        {
            using var shot = stack.Start("--once");
            Assert.True(await shot.ExitAsync() == 0, shot.Output);
            foreach (var started in shot.Events.Where(line => line.GetProperty("EventId").GetInt32() == 6001))
            {
                scored.AddOrUpdate(started.GetProperty("State").GetProperty("JobId").GetString()!, 1, (_, count) => count + 1);
            }
        });

        Assert.Equal(Runs, scored.Count);
        Assert.All(scored.Values, count => Assert.Equal(1, count));
        await stack.CheckAsync();
        output.WriteLine($"{Runs} runs, {AtOnce} at a time: {scored.Count} messages, each scored once, every row compared");
    }

    [Fact]
    public async Task Empty_queue_ends_with_0_and_starts_nothing()
    {
        await using var stack = await PacedStack.CreateAsync(await fixture.GetAsync());
        using var shot = stack.Start("--once");
        Assert.Equal(0, await shot.ExitAsync());
        Assert.Equal(1, shot.Count(2501));
        Assert.Equal(0, shot.Count(2006));
    }

    [Theory]
    [InlineData(2, 10)]
    [InlineData(1, 11)]
    public async Task Failed_try_ends_with_10_and_the_last_with_11(int maxDequeueCount, int expected)
    {
        await using var stack = await PacedStack.CreateAsync(await fixture.GetAsync(), maxDequeueCount);
        await stack.SendMessageAsync("no-input");
        using var shot = stack.Start("--once");
        Assert.True(await shot.ExitAsync() == expected, shot.Output);
        Assert.Equal(expected == 11, await stack.Poison.ExistsAsync());
    }

    [Fact]
    public async Task Message_that_is_no_job_is_a_failed_try_too()
    {
        await using var stack = await PacedStack.CreateAsync(await fixture.GetAsync());
        await stack.Queue.SendMessageAsync("{");
        using var shot = stack.Start("--once");
        Assert.True(await shot.ExitAsync() == 11, shot.Output);
    }

    [Theory]
    [InlineData("TERM", 12)]
    [InlineData("HUP", 12)]
    [InlineData("USR1", 0)]
    public async Task Asked_to_end_it_ends_with_12_and_the_message_has_all_its_tries(string signal, int expected)
    {
        await using var stack = await PacedStack.CreateAsync(await fixture.GetAsync());
        await stack.SendAsync("job", expected == 0 ? 400 : 40_000);
        using var shot = stack.Start("--once", "--TrustedServe:Drain:GraceSeconds=1");
        await shot.WaitForAsync(6001);
        shot.Signal(signal);
        Assert.True(await shot.ExitAsync() == expected, shot.Output);
        if (expected == 12)
        {
            Assert.Contains("\"handedBack\":1", (await stack.Queue.PeekMessageAsync()).Value.MessageText, StringComparison.Ordinal);
            Assert.False(await stack.Poison.ExistsAsync());
        }
    }

    [Fact]
    public async Task Asked_to_end_with_time_enough_it_finishes()
    {
        await using var stack = await PacedStack.CreateAsync(await fixture.GetAsync());
        await stack.SendAsync("job", 400);
        using var shot = stack.Start("--once", "--TrustedServe:Drain:GraceSeconds=600");
        await shot.WaitForAsync(6001);
        shot.Signal("TERM");
        Assert.True(await shot.ExitAsync() == 0, shot.Output);
        await stack.CheckAsync();
    }

    [Fact]
    public async Task Asked_to_end_at_any_moment_of_its_start_it_leaves_no_message_in_the_air()
    {
        await using var stack = await PacedStack.CreateAsync(await fixture.GetAsync());
        await stack.SendAsync("job", 1_600);
        for (var milliseconds = 250; milliseconds <= 1_000; milliseconds += 250)
        {
            using var shot = stack.Start("--once", "--TrustedServe:Drain:GraceSeconds=0");
            await Task.Delay(milliseconds);
            shot.Signal("TERM");
            var code = await shot.ExitAsync();

            // 143: before the program had begun, and so before it could have taken anything.
            Assert.True(code is 12 or 143, shot.Output);
            Assert.NotNull((await stack.Queue.PeekMessageAsync()).Value);
        }

        using var last = stack.Start("--once");
        Assert.True(await last.ExitAsync() == 0, last.Output);
        await stack.CheckAsync();
    }

    [Fact]
    public async Task Message_lost_to_another_receiver_ends_with_13()
    {
        await using var stack = await PacedStack.CreateAsync(await fixture.GetAsync(), visibilitySeconds: 3);
        await stack.SendAsync("job", 40_000);
        using var shot = stack.Start("--once");
        await shot.WaitForAsync(6001);
        await stack.Queue.ClearMessagesAsync(); // as if another had finished it
        Assert.True(await shot.ExitAsync() == 13, shot.Output);
    }

    [Fact]
    public async Task Queue_that_does_not_take_the_end_is_told_by_14()
    {
        const int Rows = 240; // long enough for the gate to be shut before the end, short enough to end long before the lease is renewed
        var azurite = await fixture.GetAsync();
        await using var stack = await PacedStack.CreateAsync(azurite);
        await stack.SendAsync("job", Rows);
        await using var gate = new TcpGate(azurite.QueueEndpoint.Port);
        using var shot = stack.StartAt(stack.QueuesAt(gate.Port), "--once");
        await shot.WaitForAsync(6001);
        await gate.DisposeAsync();
        Assert.True(await shot.ExitAsync() == 14, shot.Output);
        await stack.CheckResultAsync("job", Rows); // the job is done; delivered again, it is found so
    }

    [Fact]
    public async Task Queue_that_cannot_be_read_ends_with_15()
    {
        await using var stack = await PacedStack.CreateAsync(await fixture.GetAsync());
        await stack.Queue.DeleteAsync();
        using var shot = stack.Start("--once");
        Assert.True(await shot.ExitAsync() == 15, shot.Output);
        Assert.Equal(1, shot.Count(2502));
    }

    [Theory]
    [InlineData("--TrustedServe:Worker:Lanes=-1", 16, "TSF0002", false)]
    [InlineData("--TrustedServe:Worker:Executable=/no/such/worker", 16, "TSF0", true)]
    [InlineData("--TrustedServe:Models:Store=/no/such/store", 17, "TSF2", true)]
    [InlineData("--nonsense", 2, "TSF0010", false)]
    public async Task What_keeps_it_from_starting_has_its_code_and_hands_the_message_back(string argument, int expected, string code, bool taken)
    {
        await using var stack = await PacedStack.CreateAsync(await fixture.GetAsync());
        await stack.SendAsync("job", 4);
        var name = argument.Split('=')[0];
        using var shot = stack.Start(replaced: name, ["--once", argument]);
        Assert.True(await shot.ExitAsync() == expected, shot.Output);
        Assert.Contains(code, shot.Errors, StringComparison.Ordinal);
        var message = (await stack.Queue.PeekMessageAsync()).Value.MessageText;
        Assert.Equal(taken, message.Contains("\"handedBack\":1", StringComparison.Ordinal));
    }
}
