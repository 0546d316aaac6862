using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Waiting;
using TrustedServe.Worker.Starting;

namespace TrustedServe.Worker.Tests.Starting;

public sealed class StartWaitTests
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(0.25);

    private readonly FakeTimeProvider time = new();
    private readonly StartProgress progress;
    private readonly Lines log = new();
    private readonly List<TimeSpan> attempts = [];
    private readonly long begun;

    public StartWaitTests() => (progress, begun) = (new StartProgress(time, time.GetUtcNow()), time.GetTimestamp());

    [Fact]
    public async Task Broker_that_is_away_for_ten_minutes_is_asked_again_with_growing_pauses_and_the_start_goes_on()
    {
        var away = TimeSpan.FromMinutes(10);
        var run = RunAsync(elapsed => elapsed < away ? TsfErrors.BrokerUnreachable : null);
        await PassAsync(run, away + TimeSpan.FromMinutes(1));

        Assert.Equal("loaded", await run);
        var pauses = attempts.Zip(attempts.Skip(1), (earlier, later) => later - earlier).ToList();
        foreach (var (number, pause) in pauses.Index())
        {
            var longest = Math.Min(30, Math.Pow(2, number));
            Assert.InRange(pause.TotalSeconds, longest / 2, longest + Step.TotalSeconds);
        }

        // From 30 s to 15 s, and never in step.
        Assert.InRange(attempts.Count, 20, 50);
        Assert.True(pauses.Skip(6).Distinct().Count() > 3);
        Assert.InRange(attempts[^1], away, away + TimeSpan.FromSeconds(31));

        Assert.Equal(5014, Assert.Single(log.Ids));
        Assert.Equal(("TSF3002", 1), (Assert.Single(await StepsAsync()).Code, progress.Timeline.Spans.Count(span => span.Name == "waiting")));
        Assert.InRange(Assert.Single(progress.Timeline.Spans).Ended, 600, 632);
    }

    [Fact]
    public async Task Another_cause_is_said_too()
    {
        var run = RunAsync(elapsed => elapsed < TimeSpan.FromMinutes(2) ? TsfErrors.BrokerUnreachable : elapsed < TimeSpan.FromMinutes(4) ? TsfErrors.StoreUnavailable : null);
        await PassAsync(run, TimeSpan.FromMinutes(5));
        await run;
        Assert.Equal(["TSF3002", "TSF2002"], (await StepsAsync()).Select(step => step.Code));
        Assert.Equal(2, log.Ids.Count);
    }

    [Fact]
    public async Task Refusal_ends_the_start_also_after_a_wait()
    {
        var run = RunAsync(elapsed => elapsed < TimeSpan.FromMinutes(1) ? TsfErrors.BrokerUnreachable : TsfErrors.KeyDenied);
        await PassAsync(run, TimeSpan.FromMinutes(2));
        Assert.Equal(TsfErrors.KeyDenied, (await Assert.ThrowsAsync<TsfException>(() => run)).Error);
    }

    [Fact]
    public async Task Stop_ends_the_waiting()
    {
        using var stopping = new CancellationTokenSource();
        var run = RunAsync(_ => TsfErrors.StoreUnavailable, stopping.Token);
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [InlineData("TSF3002", true)]
    [InlineData("TSF3011", true)]
    [InlineData("TSF2002", true)]
    [InlineData("TSF2009", false)]
    [InlineData("TSF3004", false)]
    [InlineData("TSF3026", false)]
    [InlineData("TSF1004", false)]
    [InlineData("TSF0001", false)]
    public void Waits_for_who_does_not_answer_and_not_after_a_refusal(string code, bool waits) =>
        Assert.Equal(waits, Patience.MayHelp(TsfErrors.Find(code)!.With("A test.")));

    private Task<string> RunAsync(Func<TimeSpan, ErrorCode?> answer, CancellationToken stopping = default) => new StartWait(progress, time, log).RunAsync(
        () =>
        {
            attempts.Add(time.GetElapsedTime(begun));
            return answer(attempts[^1]) is { } error ? throw error.With("Away.") : Task.FromResult("loaded");
        },
        stopping);

    // Small steps, on a thread where what a timer wakes runs at once, up to its next wait.
    private Task PassAsync(Task run, TimeSpan limit) => Task.Run(() =>
    {
        while (!run.IsCompleted)
        {
            Assert.True(time.GetElapsedTime(begun) < limit, "It went on for too long.");
            time.Advance(Step);
        }
    });

    private async Task<List<StartStep>> StepsAsync()
    {
        progress.Publish(StartStep.Types.Phase.Ready);
        var steps = new List<StartStep>();
        await foreach (var step in progress.WatchAsync(TestContext.Current.CancellationToken))
        {
            steps.Add(step);
        }

        return steps[..^1];
    }

    private sealed class Lines : ILogger
    {
        public ConcurrentQueue<int> Ids { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Ids.Enqueue(eventId.Id);
    }
}
