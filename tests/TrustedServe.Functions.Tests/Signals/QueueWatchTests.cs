using Azure;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.Functions.Queue;
using TrustedServe.Functions.Signals;
using TrustedServe.Functions.Tests.Queue;

namespace TrustedServe.Functions.Tests.Signals;

public sealed class QueueWatchTests
{
    private static readonly ModelKey M = new("m", "1");
    private readonly FakeTimeProvider time = new();
    private readonly FakeQueueView view = new();
    private readonly LogRecorder log = new();
    private readonly WorkMeter meter;

    public QueueWatchTests() => meter = new WorkMeter(time);

    [Fact]
    public async Task Nobody_asks_nobody_looks_and_many_who_ask_share_a_look()
    {
        var watch = Watch();
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, view.Looks);

        view.Gate = new TaskCompletionSource();
        var asks = Enumerable.Range(0, 20).Select(_ => watch.ReadAsync()).ToList();
        view.Gate.SetResult();
        var answers = await Task.WhenAll(asks);

        Assert.Equal(1, view.Looks);
        Assert.All(answers, answer => Assert.Equal(QueueState.Fresh, answer.State));
    }

    [Fact]
    public async Task What_was_seen_is_told_again_until_the_refresh_time_is_over()
    {
        var watch = Watch();
        await watch.ReadAsync();
        view.Send("1");

        time.Advance(TimeSpan.FromSeconds(4.9));
        var (state, reading, age) = await watch.ReadAsync();
        Assert.Equal((QueueState.Fresh, 0, 4.9, 1), (state, (int)reading!.Messages, age.TotalSeconds, view.Looks));

        time.Advance(TimeSpan.FromSeconds(0.2));
        (state, reading, age) = await watch.ReadAsync();
        Assert.Equal((QueueState.Fresh, 1, 0.0, 2), (state, (int)reading!.Messages, age.TotalSeconds, view.Looks));
    }

    [Fact]
    public async Task Queue_that_is_away_ages_is_left_out_in_the_end_and_comes_back()
    {
        var watch = Watch();
        view.Send("1");
        await watch.ReadAsync();
        view.Failure = new RequestFailedException(404, "gone", "QueueNotFound", null);

        time.Advance(TimeSpan.FromSeconds(10));
        var (state, reading, age) = await watch.ReadAsync();
        Assert.Equal((QueueState.Aging, 1, 10.0), (state, (int)reading!.Messages, age.TotalSeconds));
        time.Advance(TimeSpan.FromSeconds(51));
        (state, reading, age) = await watch.ReadAsync();
        Assert.Equal((QueueState.Stale, 61.0), (state, age.TotalSeconds));
        Assert.Null(reading);
        Assert.Single(log.Lines, line => line.Id == 2701);

        view.Failure = null;
        view.Send("2");
        time.Advance(TimeSpan.FromMinutes(1));
        (state, reading, _) = await watch.ReadAsync();
        Assert.Equal((QueueState.Fresh, 2), (state, (int)reading!.Messages));
        Assert.Single(log.Lines, line => line.Id == 2702);
    }

    [Fact]
    public async Task Queue_that_was_never_seen_is_not_taken_for_empty()
    {
        view.Failure = new IOException("no route");
        var watch = Watch();

        var (state, reading, _) = await watch.ReadAsync();

        Assert.Equal(QueueState.Unseen, state);
        Assert.Null(reading);
    }

    [Fact]
    public async Task Pauses_after_failures_grow_to_a_minute_and_no_further()
    {
        view.Failure = new InvalidOperationException("of no known kind");
        var watch = Watch();
        var tried = new List<double>();
        for (var second = 0; second < 600; second++)
        {
            var before = view.Looks;
            await watch.ReadAsync();
            if (view.Looks > before)
            {
                tried.Add(second);
            }

            time.Advance(TimeSpan.FromSeconds(1));
        }

        var pauses = tried.Zip(tried.Skip(1), (left, right) => right - left).ToList();
        Assert.InRange(pauses[0], 5, 11); // 10 s less up to half
        Assert.All(pauses.Skip(4), pause => Assert.InRange(pause, 30, 61));
        Assert.InRange(tried.Count, 10, 25);
    }

    [Fact]
    public async Task Look_that_hangs_holds_nobody_up_for_longer_than_a_moment_and_is_given_up()
    {
        var watch = Watch();
        await watch.ReadAsync();
        view.Gate = new TaskCompletionSource();
        time.Advance(TimeSpan.FromSeconds(8));

        var ask = watch.ReadAsync();
        await Until(() => view.Looks == 2);
        Assert.False(ask.IsCompleted);
        time.Advance(QueueWatch.Patience);
        Assert.Equal(QueueState.Aging, (await ask).State);

        time.Advance(TimeSpan.FromSeconds(10));
        await Until(() => log.Has(2701));
    }

    [Fact]
    public async Task Inputs_are_looked_at_once_a_message_and_again_only_while_they_are_missing()
    {
        view.Inputs["a"] = new InputSize(100, 7);
        view.Send("1", "a");
        view.Send("2", "later");
        view.Send("3", "a", model: "not-served");
        view.Messages.Add(new SeenMessage("4", null));
        var watch = Watch();

        var (_, reading, _) = await watch.ReadAsync();
        Assert.Equal([new WaitingMessage(M, view.Inputs["a"]), new WaitingMessage(M, null), new WaitingMessage(null, null), new WaitingMessage(null, null)], reading!.First);
        Assert.Equal(2, view.Sizes);

        view.Inputs["later"] = new InputSize(50, null);
        reading = await LookAgainAsync(watch);
        Assert.Equal(new WaitingMessage(M, view.Inputs["later"]), reading.First[1]);
        Assert.Equal(3, view.Sizes);

        reading = await LookAgainAsync(watch);
        Assert.Equal(3, view.Sizes);
        Assert.Equal(2, reading.Recent.Count);
    }

    [Fact]
    public async Task What_is_remembered_is_bounded()
    {
        var watch = Watch();
        QueueReading reading = null!;
        for (var round = 0; round < 20; round++)
        {
            view.Messages.Clear();
            Enumerable.Range(0, 100).ToList().ForEach(i => view.Send($"{round}-{i}"));
            reading = await LookAgainAsync(watch);
        }

        Assert.Equal((QueueLook.MostSeen, 64), (reading.First.Count, reading.Recent.Count));
        Assert.Equal(20 * QueueLook.MostSeen, view.Sizes);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_others_measured_is_taken_from_the_queue_unless_it_is_not_to_be(bool keep)
    {
        view.Kept = "1 m@1=5,100,1,1,1000";
        await Watch(new SignalsOptions { KeepMeasurements = keep }).ReadAsync();

        Assert.Equal(keep ? 0.05 : (double?)null, meter.SumsOf(M).SecondsPerRow);
    }

    [Fact]
    public async Task Without_a_queue_there_is_nothing_to_know()
    {
        var watch = new QueueWatch(null, Find, new JobRegistry([]), meter, new SignalsOptions(), time, new LoggerFactory([log]).CreateLogger<QueueWatch>());

        Assert.Equal(QueueState.Off, (await watch.ReadAsync()).State);
    }

    private QueueWatch Watch(SignalsOptions? options = null) =>
        new(view, Find, new JobRegistry([]), meter, options ?? new SignalsOptions(), time, new LoggerFactory([log]).CreateLogger<QueueWatch>());

    private async Task<QueueReading> LookAgainAsync(QueueWatch watch)
    {
        time.Advance(TimeSpan.FromSeconds(6));
        return (await watch.ReadAsync()).Reading!;
    }

    private static ModelKey? Find(string model, string? version) => model == "m" ? new ModelKey(model, version ?? "1") : null;

    private static Task Until(Func<bool> condition) => QueueHarness.UntilAsync(() => Task.FromResult(condition()));
}
