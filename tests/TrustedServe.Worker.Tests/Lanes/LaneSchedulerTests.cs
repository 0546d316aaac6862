using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Worker.Lanes;

namespace TrustedServe.Worker.Tests.Lanes;

public sealed class LaneSchedulerTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);
    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task IdleLane_GetsWorkAtOnce_EvenWithoutAnyPlaceToWait()
    {
        using var scheduler = Scheduler(lanes: 2, capacity: 0);
        var (first, second) = (new GatedWork("1"), new GatedWork("2"));
        var answers = new[] { Run(scheduler, first), Run(scheduler, second) };
        var lanes = await Task.WhenAll(first.Begun, second.Begun);
        Assert.NotSame(lanes[0], lanes[1]);
        first.Open();
        second.Open();
        Assert.Equal(["1", "2"], (await Task.WhenAll(answers)).Select(answer => answer.Id));
    }

    [Fact]
    public async Task FullLine_RefusesAtOnce_AndSaysWhenToComeBack()
    {
        using var scheduler = Scheduler(lanes: 1, capacity: 2);
        var busy = new GatedWork();
        var running = Run(scheduler, busy);
        await busy.Begun;
        var waiting = new[] { Run(scheduler, new GatedWork().Opened()), Run(scheduler, new GatedWork().Opened()) };
        var refused = await Assert.ThrowsAsync<TsfException>(() => Run(scheduler, new GatedWork()));
        Assert.Equal((TsfErrors.Overloaded, 1), (refused.Error, refused.RetryAfterSeconds));
        busy.Open();
        await Task.WhenAll([running, .. waiting]);
    }

    [Fact]
    public async Task Line_IsFirstInFirstOut()
    {
        using var scheduler = Scheduler(lanes: 1, capacity: 10);
        var busy = new GatedWork();
        _ = Run(scheduler, busy);
        await busy.Begun;
        var order = new List<int>();
        var works = Enumerable.Range(0, 10).Select(i => new RecordingWork(i, order)).ToList();
        var answers = works.ConvertAll(work => scheduler.RunAsync(work, Long, CancellationToken.None));
        busy.Open();
        await Task.WhenAll(answers);
        Assert.Equal(Enumerable.Range(0, 10), order);
    }

    [Fact]
    public async Task DeadlineInTheLine_AnswersAndFreesThePlace_Uncomputed()
    {
        using var scheduler = Scheduler(lanes: 1, capacity: 1);
        var busy = new GatedWork();
        var running = Run(scheduler, busy);
        await busy.Begun;
        var late = new GatedWork().Opened();
        var answer = scheduler.RunAsync(late, TimeSpan.FromSeconds(5), CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(answer.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TsfErrors.DeadlineExceeded, (await Assert.ThrowsAsync<TsfException>(() => answer)).Error);
        Assert.Equal(0, scheduler.Waiting);
        busy.Open();
        await running;
        Assert.False(late.WasComputed);
    }

    [Fact]
    public async Task DeadlineOnTheLane_AnswersAtOnce_AndTellsTheEngineToStop()
    {
        using var scheduler = Scheduler(lanes: 1, capacity: 1);
        var slow = new GatedWork();
        var answer = scheduler.RunAsync(slow, TimeSpan.FromSeconds(5), CancellationToken.None);
        var lane = await slow.Begun;
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(TsfErrors.DeadlineExceeded, (await Assert.ThrowsAsync<TsfException>(() => answer)).Error);
        Assert.True(lane.Options.Terminate);
        slow.Open();
        var next = new GatedWork("next").Opened();
        Assert.Equal("next", (await Run(scheduler, next)).Id);
        Assert.False(lane.Options.Terminate);
    }

    [Fact]
    public async Task LaterDeadlines_AreKeptAfterAnEarlierOnePassed()
    {
        using var scheduler = Scheduler(lanes: 1, capacity: 3);
        var busy = new GatedWork();
        _ = Run(scheduler, busy);
        await busy.Begun;
        var answers = new[] { 3, 1, 2 }.Select(seconds => scheduler.RunAsync(new GatedWork(), TimeSpan.FromSeconds(seconds), CancellationToken.None)).ToArray();
        foreach (var gone in new[] { 1, 2, 3 })
        {
            time.Advance(TimeSpan.FromSeconds(1.001));
            SpinWait.SpinUntil(() => answers.Count(answer => answer.IsFaulted) >= gone, TimeSpan.FromSeconds(30));
            Assert.Equal(gone, answers.Count(answer => answer.IsFaulted));
        }

        busy.Open();
    }

    [Fact]
    public async Task PassedDeadline_IsRefusedOnArrival()
    {
        using var scheduler = Scheduler(lanes: 1, capacity: 1);
        var refused = await Assert.ThrowsAsync<TsfException>(() => scheduler.RunAsync(new GatedWork(), TimeSpan.Zero, CancellationToken.None));
        Assert.Equal(TsfErrors.DeadlineExceeded, refused.Error);
    }

    [Fact]
    public async Task CallerThatLeaves_FreesItsPlaceInTheLine()
    {
        using var scheduler = Scheduler(lanes: 1, capacity: 1);
        var busy = new GatedWork();
        _ = Run(scheduler, busy);
        await busy.Begun;
        using var leaving = new CancellationTokenSource();
        var left = new GatedWork();
        var answer = scheduler.RunAsync(left, Long, leaving.Token);
        await leaving.CancelAsync();
        Assert.Equal(TsfErrors.Cancelled, (await Assert.ThrowsAsync<TsfException>(() => answer)).Error);
        var next = Run(scheduler, new GatedWork("next").Opened());
        busy.Open();
        Assert.Equal("next", (await next).Id);
        Assert.False(left.WasComputed);
    }

    [Fact]
    public async Task CallerThatLeaves_StopsItsComputationAndNoOther()
    {
        using var scheduler = Scheduler(lanes: 1, capacity: 1);
        using var leaving = new CancellationTokenSource();
        var left = new GatedWork();
        var answer = scheduler.RunAsync(left, Long, leaving.Token);
        var lane = await left.Begun;
        await leaving.CancelAsync();
        Assert.Equal(TsfErrors.Cancelled, (await Assert.ThrowsAsync<TsfException>(() => answer)).Error);
        Assert.True(lane.Options.Terminate);
        var waiting = new GatedWork("waiting");
        var next = Run(scheduler, waiting);
        left.Open();
        await waiting.Begun;
        Assert.False(lane.Options.Terminate);
        waiting.Open();
        Assert.Equal("waiting", (await next).Id);
    }

    [Fact]
    public async Task Failure_EndsOneRequestAlone_AndKeepsItsTextBack()
    {
        using var scheduler = Scheduler(lanes: 1, capacity: 4);
        var failing = new GatedWork { Failure = new InvalidOperationException("value 4711 of the input") }.Opened();
        var refused = await Assert.ThrowsAsync<TsfException>(() => Run(scheduler, failing));
        Assert.Equal(TsfErrors.ExecutionFailed, refused.Error);
        Assert.DoesNotContain("4711", refused.ToString(), StringComparison.Ordinal);
        Assert.Equal("ok", (await Run(scheduler, new GatedWork("ok").Opened())).Id);
    }

    [Fact]
    public async Task Stop_RefusesWhatWaits_AndLetsTheLaneFinish()
    {
        var scheduler = Scheduler(lanes: 1, capacity: 1);
        var busy = new GatedWork("busy");
        var running = Run(scheduler, busy);
        await busy.Begun;
        var waiting = Run(scheduler, new GatedWork());
        var stop = Task.Run(scheduler.Dispose);
        Assert.Equal(TsfErrors.ModelNotReady, (await Assert.ThrowsAsync<TsfException>(() => waiting)).Error);
        Assert.Equal(TsfErrors.ModelNotReady, (await Assert.ThrowsAsync<TsfException>(() => Run(scheduler, new GatedWork()))).Error);
        busy.Open();
        Assert.Equal("busy", (await running).Id);
        await stop;
    }

    [Fact]
    public async Task OnlyOneLane_ComputesUntilTheOthersAreOpened()
    {
        using var scheduler = Scheduler(lanes: 3, capacity: 4, onlyOne: true);
        var (first, second, third) = (new GatedWork("first"), new GatedWork("second"), new GatedWork("third"));
        var answers = new[] { first, second, third }.Select(work => Run(scheduler, work)).ToArray();
        await first.Begun;
        Assert.Equal((2, false), (scheduler.Waiting, scheduler.IsIdle));
        scheduler.Open();
        await Task.WhenAll(second.Begun, third.Begun);
        foreach (var work in new[] { third, second, first })
        {
            work.Open();
        }

        Assert.Equal(["first", "second", "third"], (await Task.WhenAll(answers)).Select(answer => answer.Id));
    }

    [Fact]
    public async Task Stop_EndsLanesThatWereNeverOpened()
    {
        var scheduler = Scheduler(lanes: 3, capacity: 4, onlyOne: true);
        await Task.Run(scheduler.Dispose).WaitAsync(Long);
        scheduler.Open();
    }

    [Fact]
    public async Task ManyCallers_SomeLeaving_NoneLostOrDoubled()
    {
        using var scheduler = new LaneScheduler([0, 0, 0], 1000, new BatchLimits(), TimeProvider.System, NullLogger.Instance);
        var computed = new int[2000];
        var answers = await Task.WhenAll(Enumerable.Range(0, computed.Length).Select(async i =>
        {
            await Task.Yield();
            using var leaving = new CancellationTokenSource();
            var answer = scheduler.RunAsync(new CountingWork(i, computed), Long, leaving.Token);
            if (i % 7 == 0)
            {
                await leaving.CancelAsync();
            }

            try
            {
                return (await answer).Id;
            }
            catch (TsfException exception)
            {
                return exception.Code;
            }
        }));
        for (var i = 0; i < answers.Length; i++)
        {
            Assert.InRange(computed[i], answers[i] == $"{i}" ? 1 : 0, 1);
            Assert.True(answers[i] == $"{i}" || answers[i] == "TSF4012" || (i % 7 == 0 && answers[i] == "TSF4016"), answers[i]);
        }

        Assert.Equal(0, scheduler.Waiting);
    }

    private LaneScheduler Scheduler(int lanes, int capacity, bool onlyOne = false) => new([.. new int[lanes]], capacity, new BatchLimits(), time, NullLogger.Instance, onlyOne);

    private static Task<ModelInferResponse> Run(LaneScheduler scheduler, LaneWork work) => scheduler.RunAsync(work, Long, CancellationToken.None);

    private sealed class RecordingWork(int id, List<int> order) : LaneWork
    {
        public override void Compute(Lane lane, LaneBatch batch) => order.Add(id);

        public override ModelInferResponse Answer() => new();
    }

    private sealed class CountingWork(int id, int[] computed) : LaneWork
    {
        public override void Compute(Lane lane, LaneBatch batch) => Interlocked.Increment(ref computed[id]);

        public override ModelInferResponse Answer() => new() { Id = $"{id}" };
    }
}
