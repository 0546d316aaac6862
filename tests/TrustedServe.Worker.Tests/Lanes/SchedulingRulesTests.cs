using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Scheduling;
using TrustedServe.Worker.Lanes;

namespace TrustedServe.Worker.Tests.Lanes;

/// <summary>The rules of SCHEDULING.md, one lane where nothing else is said, and a clock that stands.</summary>
public sealed class SchedulingRulesTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);
    private static readonly BatchLimits Alone = new() { Merging = Merging.None };
    private readonly FakeTimeProvider time = new();
    private readonly RunLog log = new();

    [Fact]
    public async Task Rule2_WhatFindsAnIdleLane_IsComputedAtOnce_WithoutWaitingForMore()
    {
        using var scheduler = Scheduler(new BatchLimits());
        await Run(scheduler, new RowWork(log, "a", 5));
        Assert.Equal([1], log.Runs.Select(run => run.Rows));
    }

    [Fact]
    public async Task Rule3_RetryAfter_IsWhatTheLineWasMeasuredToTake()
    {
        using var scheduler = Scheduler(Alone, capacity: 4);
        log.OnRun = () => time.Advance(TimeSpan.FromSeconds(2));
        await Run(scheduler, new RowWork(log, "measured", 10));
        log.OnRun = static () => { };
        var busy = await BusyAsync(scheduler);
        var waiting = Enumerable.Range(0, 4).Select(i => Run(scheduler, new RowWork(log, $"{i}", 10))).ToList();
        var refused = await Assert.ThrowsAsync<TsfException>(() => Run(scheduler, new RowWork(log, "more", 10)));
        Assert.Equal((TsfErrors.Overloaded, 8), (refused.Error, refused.RetryAfterSeconds));
        log.Open();
        await Task.WhenAll([busy, .. waiting]);
    }

    [Fact]
    public async Task Rule3_FullLine_RefusesTheNewestOfWhoHasMostWaiting()
    {
        using var scheduler = Scheduler(Alone, capacity: 4);
        var busy = await BusyAsync(scheduler);
        var greedy = Enumerable.Range(0, 4).Select(i => Run(scheduler, new RowWork(log, $"{i}", 1) { Caller = "greedy" })).ToList();
        var modest = new[] { Run(scheduler, new RowWork(log, "m1", 1) { Caller = "modest" }), Run(scheduler, new RowWork(log, "m2", 1) { Caller = "modest" }) };
        Assert.Equal(TsfErrors.Overloaded, (await Assert.ThrowsAsync<TsfException>(() => greedy[3])).Error);
        Assert.Equal(TsfErrors.Overloaded, (await Assert.ThrowsAsync<TsfException>(() => greedy[2])).Error);

        // Two each by now: nobody has more than who comes.
        Assert.Equal(TsfErrors.Overloaded, (await Assert.ThrowsAsync<TsfException>(() => Run(scheduler, new RowWork(log, "m3", 1) { Caller = "modest" }))).Error);
        log.Open();
        await Task.WhenAll([busy, greedy[0], greedy[1], .. modest]);
    }

    [Fact]
    public async Task Rule3_FullLine_TakesAnUrgentRequest_AndRefusesTheSameCallersLeastUrgent()
    {
        using var scheduler = Scheduler(Alone, capacity: 2);
        var busy = await BusyAsync(scheduler);
        var (idle, normal) = (Run(scheduler, new RowWork(log, "idle", 1) { Priority = 9 }), Run(scheduler, new RowWork(log, "normal", 1)));
        var urgent = Run(scheduler, new RowWork(log, "urgent", 1) { Priority = 1 });
        Assert.Equal(TsfErrors.Overloaded, (await Assert.ThrowsAsync<TsfException>(() => idle)).Error);
        log.Open();
        await Task.WhenAll(busy, normal, urgent);
        Assert.Equal(["busy", "urgent", "normal"], Order());
    }

    [Fact]
    public async Task Rule13_TheWorkersOwnSamples_GoBeforeAll_AndTakeNoPlace()
    {
        using var scheduler = Scheduler(Alone, capacity: 2);
        var busy = await BusyAsync(scheduler);
        var waiting = new[] { Run(scheduler, new RowWork(log, "a", 1) { Priority = 1 }), Run(scheduler, new RowWork(log, "b", 1) { Caller = "other" }) };
        time.Advance(TimeSpan.FromSeconds(20));
        var samples = new[] { Run(scheduler, new RowWork(log, "s1", 1) { Caller = SchedulingRules.OwnCaller }), Run(scheduler, new RowWork(log, "s2", 1) { Caller = SchedulingRules.OwnCaller }) };
        Assert.Equal(TsfErrors.Overloaded, (await Assert.ThrowsAsync<TsfException>(() => Run(scheduler, new RowWork(log, "c", 1) { Caller = "third" }))).Error);
        log.Open();
        await Task.WhenAll([busy, .. waiting, .. samples]);
        Assert.Equal(["busy", "s1", "s2", "a", "b"], Order());
    }

    [Fact]
    public async Task Rule5_UrgentRequestsGoFirst_AndEqualOnesInTheOrderOfArrival()
    {
        using var scheduler = Scheduler(Alone);
        var busy = await BusyAsync(scheduler);
        int[] priorities = [9, 5, 1, 5, 1];
        var answers = priorities.Select((priority, i) => Run(scheduler, new RowWork(log, $"{priority}{(char)('a' + i)}", 1) { Priority = priority })).ToList();
        log.Open();
        await Task.WhenAll([busy, .. answers]);
        Assert.Equal(["busy", "1c", "1e", "5b", "5d", "9a"], Order());
    }

    [Fact]
    public async Task Rule5_WhoHasWaitedLong_GoesBeforeUrgentNewcomers()
    {
        using var scheduler = Scheduler(Alone);
        var busy = await BusyAsync(scheduler);
        var old = Run(scheduler, new RowWork(log, "old", 1) { Priority = 9 });
        time.Advance(SchedulingRules.PriorityStep * 7);
        var early = Run(scheduler, new RowWork(log, "early", 1) { Priority = 2 });
        var urgent = Run(scheduler, new RowWork(log, "urgent", 1) { Priority = 1 });
        log.Open();
        await Task.WhenAll(busy, old, urgent, early);
        Assert.Equal(["busy", "urgent", "old", "early"], Order());
    }

    [Fact]
    public async Task Rule5_AStreamOfUrgentRequests_DoesNotStarveTheLeastUrgent()
    {
        using var scheduler = Scheduler(Alone);
        var busy = await BusyAsync(scheduler);
        var answers = new List<Task> { busy, Run(scheduler, new RowWork(log, "patient", 1) { Priority = 9 }) };
        for (var i = 0; i < 20; i++)
        {
            time.Advance(SchedulingRules.PriorityStep);
            answers.Add(Run(scheduler, new RowWork(log, $"urgent {i}", 1) { Priority = 1 }));
        }

        log.Open();
        await Task.WhenAll(answers);
        Assert.Equal("patient", Order()[1]);
    }

    [Fact]
    public async Task Rule6_CallersTakeTurns_HoweverManyRequestsOneHasWaiting()
    {
        using var scheduler = Scheduler(Alone);
        var busy = await BusyAsync(scheduler);
        var answers = Enumerable.Range(0, 6).Select(i => Run(scheduler, new RowWork(log, $"a{i}", 1) { Caller = "a" })).ToList();
        answers.AddRange(Enumerable.Range(0, 3).Select(i => Run(scheduler, new RowWork(log, $"b{i}", 1) { Caller = "b" })));
        log.Open();
        await Task.WhenAll([busy, .. answers]);
        Assert.Equal(["a", "a", "a", "b", "b", "b"], Order().Skip(1).Take(6).Select(id => id[..1]).Order());
        Assert.Equal(["a", "a", "a"], Order().TakeLast(3).Select(id => id[..1]));
    }

    [Fact]
    public async Task Rule6_TurnsAreCountedInTokens_NotInRequests()
    {
        using var scheduler = Scheduler(Alone);
        var busy = await BusyAsync(scheduler);
        var answers = Enumerable.Range(0, 4).Select(i => Run(scheduler, new RowWork(log, $"long{i}", 100) { Caller = "long" })).ToList();
        answers.AddRange(Enumerable.Range(0, 30).Select(i => Run(scheduler, new RowWork(log, $"short{i}", 10) { Caller = "short" })));
        log.Open();
        await Task.WhenAll([busy, .. answers]);
        Assert.InRange(Order().Take(23).Count(id => id.StartsWith("short", StringComparison.Ordinal)), 19, 21);
    }

    [Fact]
    public async Task Rule6_ACallerIsChargedForItsOwnRows_NotForThoseThatShareItsRun()
    {
        using var scheduler = Scheduler(new BatchLimits());
        var busy = await BusyAsync(scheduler);
        var answers = new[]
        {
            Run(scheduler, new RowWork(log, "a", 100, 10) { Caller = "a" }),
            Run(scheduler, new RowWork(log, "b1", 105) { Caller = "b" }),
            Run(scheduler, new RowWork(log, "b2", 40) { Caller = "b" }),
        };
        log.Open();
        await Task.WhenAll([busy, .. answers]);
        Assert.Equal(["busy", "a+b1", "a", "b2"], log.Runs.Select(run => string.Join('+', run.Ids)));
    }

    [Fact]
    public async Task Rule7_WhatIsLeftOfARequest_WaitsWithItsOwnTokens()
    {
        using var scheduler = Scheduler(new BatchLimits());
        var busy = await BusyAsync(scheduler);
        var answers = new[] { Run(scheduler, new RowWork(log, "a", 100, 10)), Run(scheduler, new RowWork(log, "b", 100)) };
        Assert.Equal(210, scheduler.Snapshot("m", "1").WaitingTokens);
        using var held = new SemaphoreSlim(0);
        log.OnRun = () => Assert.True(log.Runs.Count != 2 || held.Wait(Long));
        log.Open();
        await log.HasBegunAsync(2);
        Assert.Equal((1, 10), (scheduler.Waiting, scheduler.Snapshot("m", "1").WaitingTokens));
        held.Release();
        await Task.WhenAll([busy, .. answers]);
        Assert.Equal(0, scheduler.Snapshot("m", "1").WaitingTokens);
    }

    [Fact]
    public async Task Rule8_WhatIsLeftOfARequest_SharesALaterRun()
    {
        using var scheduler = Scheduler(new BatchLimits());
        var busy = await BusyAsync(scheduler);
        var answers = new List<Task> { busy, Run(scheduler, new RowWork(log, "a", 100, 10)), Run(scheduler, new RowWork(log, "b", 100)) };
        using var held = new SemaphoreSlim(0);
        log.OnRun = () => Assert.True(log.Runs.Count != 2 || held.Wait(Long));
        log.Open();
        await log.HasBegunAsync(2);
        answers.Add(Run(scheduler, new RowWork(log, "urgent", 10) { Priority = 1 }));
        held.Release();
        await Task.WhenAll(answers);
        Assert.Equal(["busy", "a+b", "urgent+a"], log.Runs.Select(run => string.Join('+', run.Ids)));
    }

    [Fact]
    public async Task Rule7_RequestsOfOneLength_ShareARun_UpToTheBudget()
    {
        using var scheduler = Scheduler(new BatchLimits { Rows = 8, Tokens = 50 });
        var busy = await BusyAsync(scheduler);
        var answers = Enumerable.Range(0, 12).Select(i => Run(scheduler, new RowWork(log, $"{i}", 10))).ToList();
        log.Open();
        await Task.WhenAll([busy, .. answers]);
        Assert.Equal([1, 5, 5, 2], log.Runs.Select(run => run.Rows));
    }

    [Fact]
    public async Task Rule7_LengthsThatWouldPadTooMuch_AndOtherKinds_GoApart()
    {
        using var scheduler = Scheduler(new BatchLimits());
        var busy = await BusyAsync(scheduler);
        var answers = new[]
        {
            Run(scheduler, new RowWork(log, "100", 100)),
            Run(scheduler, new RowWork(log, "50", 50)),
            Run(scheduler, new RowWork(log, "other", 100) { Only = "other" }),
            Run(scheduler, new RowWork(log, "90", 90)),
            Run(scheduler, new RowWork(log, "48", 48)),
        };
        log.Open();
        await Task.WhenAll([busy, .. answers]);
        Assert.Equal(["busy", "100+90", "50+48", "other"], log.Runs.Select(run => string.Join('+', run.Ids)));
    }

    [Fact]
    public async Task Rule8_ModelThatDoesNotMerge_ComputesEachRequestAlone()
    {
        using var scheduler = Scheduler(Alone);
        var busy = await BusyAsync(scheduler);
        var answers = Enumerable.Range(0, 5).Select(i => Run(scheduler, new RowWork(log, $"{i}", 10, 10))).ToList();
        log.Open();
        await Task.WhenAll([busy, .. answers]);
        Assert.Equal([1, 2, 2, 2, 2, 2], log.Runs.Select(run => run.Rows));
    }

    [Fact]
    public async Task Rule8_ModelThatMergesOneCallersRequests_LetsNobodyElsesIntoTheRun()
    {
        using var scheduler = Scheduler(new BatchLimits { Merging = Merging.SameCaller });
        var busy = await BusyAsync(scheduler);
        string[] callers = ["x", "y", "x", "y", "x", "z"];
        var answers = callers.Select((caller, i) => Run(scheduler, new RowWork(log, $"{caller}{i}", 10) { Caller = caller })).ToList();
        log.Open();
        await Task.WhenAll([busy, .. answers]);
        Assert.Equal(["busy", "x0+x2+x4", "y1+y3", "z5"], log.Runs.Select(run => string.Join('+', run.Ids)).Order());
    }

    [Theory]
    [InlineData("", "SameCaller")]
    [InlineData(SchedulingParameters.QueueCaller, "SameCaller")]
    [InlineData(SchedulingRules.OwnCaller, "SameCaller")]
    [InlineData(SchedulingRules.OwnCaller, "All")]
    public async Task Rule8_WhoIsNotKnownToBeOneCaller_AndTheWorkersOwnSamples_ShareNoRun(string caller, string merging)
    {
        using var scheduler = Scheduler(new BatchLimits { Merging = Enum.Parse<Merging>(merging) });
        var busy = await BusyAsync(scheduler);
        var answers = Enumerable.Range(0, 4).Select(i => Run(scheduler, new RowWork(log, $"{i}", 10) { Caller = caller })).ToList();
        log.Open();
        await Task.WhenAll([busy, .. answers]);
        Assert.Equal([1, 1, 1, 1, 1], log.Runs.Select(run => run.Rows));
    }

    // Of a lane's share of the tokens that wait, rounded up to a row, each takes what is left of it then.
    [Theory]
    [InlineData(2, 10, 6, "3 2 1")]
    [InlineData(2, 1, 3, "2 1")]
    [InlineData(2, 1, 2, "1 1")]
    [InlineData(2, 30, 3, "2 1")]
    [InlineData(1, 10, 6, "6")]
    public async Task Rule8_ARun_LeavesTheOtherLanesTheirShareOfWhatWaits(int lanes, int tokens, int requests, string runs)
    {
        using var scheduler = Scheduler(new BatchLimits(), lanes: lanes);
        var busy = new List<Task>();
        for (var lane = 0; lane < lanes; lane++)
        {
            busy.Add(await BusyAsync(scheduler));
        }

        var answers = Enumerable.Range(0, requests).Select(i => Run(scheduler, new RowWork(log, $"{i}", tokens))).ToList();
        log.Open();
        await Task.WhenAll([.. busy, .. answers]);
        Assert.Equal(runs, string.Join(' ', log.Runs.Skip(lanes).Select(run => run.Rows).OrderDescending()));
    }

    [Fact]
    public async Task Rule8_AShare_IsOfTokens_NotOfTheCellsThatTheyArePaddedTo()
    {
        using var scheduler = Scheduler(new BatchLimits(), lanes: 2);
        var busy = new[] { await BusyAsync(scheduler), await BusyAsync(scheduler) };
        var answers = Enumerable.Range(0, 22).Select(i => Run(scheduler, new RowWork(log, $"{i}", i == 0 ? 10 : 9))).ToList();
        log.Open();
        await Task.WhenAll([.. busy, .. answers]);
        Assert.Equal(11, log.Runs.Skip(2).Max(run => run.Rows));
    }

    [Fact]
    public async Task Rule8_LanesThatGetNoWorkYet_HaveNoShare()
    {
        using var scheduler = new LaneScheduler([0, 0, 0], 256, new BatchLimits(), time, NullLogger.Instance, onlyOne: true);
        var busy = await BusyAsync(scheduler);
        var answers = Enumerable.Range(0, 6).Select(i => Run(scheduler, new RowWork(log, $"{i}", 10))).ToList();
        log.Open();
        await Task.WhenAll([busy, .. answers]);
        Assert.Equal([1, 6], log.Runs.Select(run => run.Rows));
    }

    [Fact]
    public async Task Rule8_AnotherCallersUrgentRequest_StillComesBeforeTheRestOfOneCallers()
    {
        using var scheduler = Scheduler(new BatchLimits { Merging = Merging.SameCaller, Rows = 2 });
        var busy = await BusyAsync(scheduler);
        var answers = new[]
        {
            Run(scheduler, new RowWork(log, "x0", 10) { Caller = "x" }), Run(scheduler, new RowWork(log, "x1", 10) { Caller = "x" }),
            Run(scheduler, new RowWork(log, "x2", 10) { Caller = "x" }), Run(scheduler, new RowWork(log, "y", 10) { Caller = "y", Priority = 1 }),
        };
        log.Open();
        await Task.WhenAll([busy, .. answers]);
        Assert.Equal(["busy", "y", "x0+x1", "x2"], log.Runs.Select(run => string.Join('+', run.Ids)));
    }

    [Fact]
    public async Task Rule8_AModelWithADelay_FillsItsRunsAsFarAsTheyGo()
    {
        using var scheduler = Scheduler(new BatchLimits { Delay = TimeSpan.FromMilliseconds(10) }, lanes: 2);
        var answers = Enumerable.Range(0, 6).Select(i => Run(scheduler, new RowWork(log, $"{i}", 10))).ToList();
        Assert.Empty(log.Runs);
        time.Advance(TimeSpan.FromMilliseconds(11));
        await Task.WhenAll(answers);
        Assert.Equal([6], log.Runs.Select(run => run.Rows));
    }

    [Fact]
    public async Task Rule8_WhereATokenTakesLong_NothingIsMerged()
    {
        using var scheduler = Scheduler(new BatchLimits { MergedRun = TimeSpan.FromMilliseconds(10) });
        log.OnRun = () => time.Advance(TimeSpan.FromMilliseconds(80));
        await Run(scheduler, new RowWork(log, "measured", 10));
        log.OnRun = static () => { };
        var busy = await BusyAsync(scheduler);
        var answers = Enumerable.Range(0, 5).Select(i => Run(scheduler, new RowWork(log, $"{i}", 10))).ToList();
        log.Open();
        await Task.WhenAll([busy, .. answers]);
        Assert.All(log.Runs, run => Assert.Equal(1, run.Rows));
    }

    [Fact]
    public async Task Rule9_ADelay_HoldsARunThatHasRoom_UntilItIsFullOrTheTimeIsOver()
    {
        using var scheduler = Scheduler(new BatchLimits { Rows = 3, Delay = TimeSpan.FromMilliseconds(10) }, capacity: 0);
        var first = Run(scheduler, new RowWork(log, "a", 10));
        Assert.Equal((1, 0), (scheduler.Waiting, log.Runs.Count));
        time.Advance(TimeSpan.FromMilliseconds(11));
        await first;
        using var roomy = Scheduler(new BatchLimits { Rows = 3, Delay = TimeSpan.FromMilliseconds(10) });
        await Task.WhenAll(Enumerable.Range(0, 3).Select(i => Run(roomy, new RowWork(log, $"{i}", 10))));
        Assert.Equal([1, 3], log.Runs.Select(run => run.Rows));
    }

    [Fact]
    public async Task Rule9_HeldBackAtTheStop_IsRefused_AndTheLanesEnd()
    {
        var scheduler = Scheduler(new BatchLimits { Delay = TimeSpan.FromMilliseconds(10) });
        var held = Run(scheduler, new RowWork(log, "a", 10));
        scheduler.Dispose();
        Assert.Equal(TsfErrors.ModelNotReady, (await Assert.ThrowsAsync<TsfException>(() => held)).Error);
        Assert.Empty(log.Runs);
    }

    [Fact]
    public async Task Rule10_ACallerThatLeavesASharedRun_DoesNotStopIt_TheLastOneDoes()
    {
        using var scheduler = Scheduler(new BatchLimits());
        var busy = await BusyAsync(scheduler);
        using var leaving = new CancellationTokenSource();
        using var leavingToo = new CancellationTokenSource();
        var answers = new[]
        {
            scheduler.RunAsync(new RowWork(log, "a", 10), Long, leaving.Token),
            scheduler.RunAsync(new RowWork(log, "b", 10), Long, leavingToo.Token),
        };
        using var held = new SemaphoreSlim(0);
        log.OnRun = () => held.Wait();
        log.Open();
        await busy;
        await log.HasBegunAsync(2);
        await leaving.CancelAsync();
        Assert.Equal(TsfErrors.Cancelled, (await Assert.ThrowsAsync<TsfException>(() => answers[0])).Error);
        Assert.False(scheduler.Lanes[0].Options.Terminate);
        await leavingToo.CancelAsync();
        Assert.Equal(TsfErrors.Cancelled, (await Assert.ThrowsAsync<TsfException>(() => answers[1])).Error);
        Assert.True(scheduler.Lanes[0].Options.Terminate);
        log.OnRun = static () => { };
        held.Release();
        await Run(scheduler, new RowWork(log, "next", 10));
        Assert.False(scheduler.Lanes[0].Options.Terminate);
    }

    [Fact]
    public async Task Rule11_WhenASharedRunFails_OnlyWhoMadeItFailIsTold()
    {
        using var scheduler = Scheduler(new BatchLimits());
        var busy = await BusyAsync(scheduler);
        var works = Enumerable.Range(0, 5).Select(i => new RowWork(log, $"{i}", 10, 10) { Fails = i == 2 }).ToList();
        var answers = works.ConvertAll(work => Run(scheduler, work));
        log.Open();
        Assert.Equal(TsfErrors.ExecutionFailed, (await Assert.ThrowsAsync<TsfException>(() => answers[2])).Error);
        answers.RemoveAt(2);
        Assert.Equal(["0", "1", "3", "4"], (await Task.WhenAll(answers)).Select(answer => answer.Id));
        Assert.All(works.Where(work => !work.Fails), work => Assert.Equal([1, 1], work.TimesComputed));
        await busy;
        Assert.Equal([1, 10, 2, 2, 2, 2, 2], log.Runs.Select(run => run.Rows));
    }

    [Fact]
    public async Task Rule11_DeadlinesHold_WhileAFailedRunIsComputedAgain()
    {
        using var scheduler = Scheduler(new BatchLimits());
        var busy = await BusyAsync(scheduler);
        var failing = Run(scheduler, new RowWork(log, "failing", 10) { Fails = true });
        var late = scheduler.RunAsync(new RowWork(log, "late", 10), TimeSpan.FromSeconds(5), CancellationToken.None);
        var later = scheduler.RunAsync(new RowWork(log, "later", 10), TimeSpan.FromSeconds(9), CancellationToken.None);
        var other = Run(scheduler, new RowWork(log, "other", 10));
        using var held = new SemaphoreSlim(0);
        log.OnRun = () => Assert.True(log.Runs.Count != 3 || held.Wait(Long));
        log.Open();
        await log.HasBegunAsync(3);
        time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(TsfErrors.DeadlineExceeded, (await Assert.ThrowsAsync<TsfException>(() => late.WaitAsync(Long))).Error);
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(TsfErrors.DeadlineExceeded, (await Assert.ThrowsAsync<TsfException>(() => later.WaitAsync(Long))).Error);
        Assert.False(failing.IsCompleted || scheduler.Lanes[0].Options.Terminate);
        held.Release();
        Assert.Equal(TsfErrors.ExecutionFailed, (await Assert.ThrowsAsync<TsfException>(() => failing)).Error);
        Assert.Equal("other", (await other).Id);
        await busy;
        Assert.Equal(["busy", "failing+late+later+other", "failing", "other"], log.Runs.Select(run => string.Join('+', run.Ids)));
    }

    [Fact]
    public async Task Rule7_ARequestOfManyRows_IsSplitByLength_AndAnsweredOnce()
    {
        using var scheduler = Scheduler(new BatchLimits { Rows = 16, Tokens = 128 }, lanes: 2);
        var work = new RowWork(log, "many", [.. Enumerable.Range(1, 64)]);
        Assert.Equal("many", (await Run(scheduler, work)).Id);
        Assert.All(work.TimesComputed, times => Assert.Equal(1, times));
        Assert.Equal(64, log.Runs.Sum(run => run.Rows));
        Assert.All(log.Runs, run => Assert.True((run.Cells - run.Tokens) * 10 <= run.Cells, $"{run.Tokens} of {run.Cells}"));
    }

    private LaneScheduler Scheduler(BatchLimits limits, int capacity = 256, int lanes = 1) => new([.. new int[lanes]], capacity, limits, time, NullLogger.Instance);

    private static Task<ModelInferResponse> Run(LaneScheduler scheduler, LaneWork work) => scheduler.RunAsync(work, Long, CancellationToken.None);

    private async Task<Task> BusyAsync(LaneScheduler scheduler)
    {
        log.Close();
        var before = log.Runs.Count;
        var answer = Run(scheduler, new RowWork(log, "busy", 1));
        await log.HasBegunAsync(before + 1);
        return answer;
    }

    private string[] Order() => [.. log.Runs.SelectMany(run => run.Ids)];
}
