using TrustedServe.Cli.Bench.Load;

namespace TrustedServe.Benchmarks.Tests.Load;

public sealed class LoadGeneratorTests
{
    [Fact]
    public async Task Every_answer_is_counted_once()
    {
        await using var server = await PlannedServer.StartAsync((_, context) => PlannedServer.GoodAsync(context));

        var result = await LoadGenerator.RunAsync(Plan(server.Address) with { WarmUp = TimeSpan.Zero, Connections = 3 }, CancellationToken.None);

        Assert.Equal(server.Requests, result.Latency.Count);
        Assert.Empty(result.Errors);
        Assert.True(result.RequestsPerSecond > 0);
        Assert.Equal(result.RequestsPerSecond * 5, result.TokensPerSecond, 1e-6 * result.TokensPerSecond);
    }

    [Fact]
    public async Task Errors_are_counted_by_status_and_code()
    {
        await using var server = await PlannedServer.StartAsync((number, context) => (number % 4) switch
        {
            0 => PlannedServer.AnswerAsync(context, 503, """{"error":"full","code":"TSF4012"}"""),
            1 => PlannedServer.AnswerAsync(context, 500, "no JSON"),
            2 => Abort(context),
            _ => PlannedServer.GoodAsync(context),
        });

        var plan = Plan(server.Address) with { WarmUp = TimeSpan.Zero, Duration = TimeSpan.FromSeconds(5) };
        var result = await LoadGenerator.RunAsync(plan, CancellationToken.None);

        Assert.Equal(["500", "503 TSF4012", "connection lost"], result.Errors.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(server.Requests, result.Latency.Count + result.Failed);

        static Task Abort(Microsoft.AspNetCore.Http.HttpContext context)
        {
            context.Abort();
            return Task.CompletedTask;
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"outputs":[]}""")]
    [InlineData("""{"outputs":[{"name":"labels"}]}""")]
    [InlineData("not JSON")]
    public async Task A_200_without_outputs_is_an_error_where_it_is_looked_into(string body)
    {
        await using var server = await PlannedServer.StartAsync((_, context) => PlannedServer.AnswerAsync(context, 200, body));

        var plan = Plan(server.Address) with { WarmUp = TimeSpan.Zero, SampleEvery = 1, Duration = TimeSpan.FromSeconds(3) };
        var result = await LoadGenerator.RunAsync(plan, CancellationToken.None);

        Assert.Equal(0, result.Latency.Count);
        Assert.Equal(["200 without outputs"], result.Errors.Keys);
    }

    [Fact]
    public async Task A_stall_is_charged_to_every_request_that_it_held_up()
    {
        var stall = TimeSpan.FromMilliseconds(400);
        Func<int, Microsoft.AspNetCore.Http.HttpContext, Task> stalling = async (number, context) =>
        {
            if (number == 50)
            {
                await Task.Delay(stall);
            }

            await PlannedServer.GoodAsync(context);
        };
        await using var forClosed = await PlannedServer.StartAsync(stalling);
        await using var forOpen = await PlannedServer.StartAsync(stalling);
        var plan = Plan(forClosed.Address) with { WarmUp = TimeSpan.Zero, Connections = 1, Duration = TimeSpan.FromSeconds(2) };

        var closed = await LoadGenerator.RunAsync(plan, CancellationToken.None);
        var open = await LoadGenerator.RunAsync(plan with { Address = forOpen.Address, Rate = 100 }, CancellationToken.None);

        // One of many hundreds in a closed loop, which stopped asking; some forty of two hundred in an open one.
        var half = (long)stall.TotalMicroseconds / 2;
        Assert.True(closed.Latency.Max >= half && open.Latency.Max >= half);
        Assert.True(open.Latency.Percentile(0.95) >= half, $"p95 was {open.Latency.Percentile(0.95)} µs");
    }

    [Fact]
    public async Task Arrivals_that_could_not_be_sent_are_errors()
    {
        await using var server = await PlannedServer.StartAsync(async (_, context) =>
        {
            await Task.Delay(300);
            await PlannedServer.GoodAsync(context);
        });
        var plan = Plan(server.Address) with { WarmUp = TimeSpan.Zero, Connections = 1, Rate = 200, Timeout = TimeSpan.FromSeconds(1) };

        var result = await LoadGenerator.RunAsync(plan, CancellationToken.None);

        Assert.True(result.Errors["not sent in time"] > 0);
        Assert.Equal(ArrivalSchedule.Create(200, plan.Duration, plan.Seed).Times.Count, result.Latency.Count + result.Failed);
    }

    [Fact]
    public async Task Nobody_there_is_an_error_and_no_storm()
    {
        var plan = Plan(new Uri("http://127.0.0.1:1")) with { WarmUp = TimeSpan.Zero, Connections = 2, Duration = TimeSpan.FromSeconds(3) };
        var result = await LoadGenerator.RunAsync(plan, CancellationToken.None);

        Assert.Equal(["connection refused"], result.Errors.Keys);
        Assert.InRange(result.Failed, 1, 1_000);
    }

    [Fact]
    public async Task Silence_is_an_error_after_the_timeout()
    {
        await using var server = await PlannedServer.StartAsync((_, context) => Task.Delay(TimeSpan.FromSeconds(30), context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));

        var result = await LoadGenerator.RunAsync(Plan(server.Address) with { WarmUp = TimeSpan.Zero, Timeout = TimeSpan.FromMilliseconds(200) }, CancellationToken.None);

        Assert.Equal(["no answer in time"], result.Errors.Keys);
    }

    [Fact]
    public void Arrivals_are_the_same_for_the_same_seed_in_order_and_about_as_many_as_asked()
    {
        var arrivals = ArrivalSchedule.Create(1_000, TimeSpan.FromSeconds(10), 7).Times;
        Assert.Equal(arrivals, ArrivalSchedule.Create(1_000, TimeSpan.FromSeconds(10), 7).Times);
        Assert.Equal(arrivals.Order(), arrivals);
        Assert.InRange(arrivals.Count, 9_500, 10_500);
    }

    private static LoadPlan Plan(Uri address) => new()
    {
        Address = address,
        Requests = [PreparedRequest.Post(address, "/v2/models/m/infer", null, "{}", rows: 1, tokens: 5)],
        Duration = TimeSpan.FromSeconds(1),
        Timeout = TimeSpan.FromSeconds(5),
    };
}
