using System.Globalization;
using CsCheck;
using Microsoft.Extensions.Logging.Abstractions;
using TrustedServe.Protocol.Errors;
using TrustedServe.Worker.Lanes;

namespace TrustedServe.Worker.Tests.Lanes;

/// <summary>Real threads and a real clock: whatever comes, every request is answered once, by its own rows or by a refusal with a reason.</summary>
public sealed class SchedulingStressTests
{
    private static readonly Gen<Sent> AnyRequest =
        from lengths in Gen.Int[1, 128].Array[1, 12]
        from priority in Gen.Int[1, 9]
        from caller in Gen.Int[0, 4]
        from fate in Gen.Int[0, 9]
        select new Sent(lengths, priority, $"{caller}", fate);

    [Fact]
    public void AnyRequests_AreAnsweredOnce_ByTheirOwnRowsOrARefusal() =>
        Gen.Select(AnyRequest.Array[1, 300], Gen.Int[1, 3], Gen.Int[0, 64], Gen.Int[0, 1], Gen.Enum<Merging>()).Sample(
            (requests, lanes, capacity, delay, merging) => Serve(requests, lanes, capacity, new BatchLimits { Merging = merging, Delay = TimeSpan.FromMilliseconds(delay) }).GetAwaiter().GetResult(),
            iter: 60,
            threads: 1);

    [Fact]
    public async Task ThousandsOfRequests_OnTwoLanes_AreAnsweredOnce()
    {
        var requests = new List<Sent>();
        var random = new Random(4711);
        for (var i = 0; i < 6000; i++)
        {
            int[] lengths = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(1, 129))];
            requests.Add(new Sent(lengths, random.Next(1, 10), $"{random.Next(8)}", random.Next(10)));
        }

        Assert.True(await Serve(requests, lanes: 2, capacity: 512, new BatchLimits()));
    }

    [Fact]
    public async Task CallersThatLeaveWhileRunsEnd_AreToldSo_AndTheOthersAreAnswered()
    {
        // Large runs, so that somebody looks through one for long enough to see it end.
        var limits = new BatchLimits { Rows = 1000, Tokens = 1000, MergedRun = TimeSpan.FromSeconds(60) };
        var log = new RunLog();
        using var scheduler = new LaneScheduler([0, 1 % Environment.ProcessorCount], 10_000, limits, TimeProvider.System, NullLogger.Instance);
        var leaving = Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 25_000; i++)
            {
                var answer = scheduler.RunAsync(new RowWork(log, "left", 1), TimeSpan.FromSeconds(60), new CancellationToken(canceled: true));
                await ((Task)answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                Assert.True(answer.IsCompletedSuccessfully || (answer.Exception?.InnerException as TsfException)?.Error == TsfErrors.Cancelled, $"{answer.Exception}");
            }
        })));
        while (!leaving.IsCompleted)
        {
            var staying = Enumerable.Range(0, 1000).Select(i => scheduler.RunAsync(new RowWork(log, $"{i}", 1), TimeSpan.FromSeconds(60), CancellationToken.None));
            Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"{i}"), (await Task.WhenAll(staying)).Select(answer => answer.Id));
        }

        await leaving;
    }

    private static async Task<bool> Serve(IReadOnlyList<Sent> requests, int lanes, int capacity, BatchLimits limits)
    {
        var log = new RunLog();
        using var scheduler = new LaneScheduler([.. Enumerable.Range(0, lanes).Select(lane => lane % Environment.ProcessorCount)], capacity, limits, TimeProvider.System, NullLogger.Instance);
        var answers = await Task.WhenAll(requests.Select((sent, i) => Task.Run(() => SendAsync(scheduler, log, sent, i)))).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, scheduler.Waiting);
        Assert.Equal(0, scheduler.Snapshot("m", "1").WaitingTokens);
        Assert.All(log.Runs, run =>
        {
            Assert.InRange(run.Rows, 1, limits.Rows);
            Assert.True(run.Rows == 1 || run.Cells <= limits.Tokens);
            Assert.True(limits.Merging == Merging.All || run.Ids.Select(id => requests[int.Parse(id, CultureInfo.InvariantCulture)].Caller).Distinct().Count() == 1);
            Assert.True(limits.Merging != Merging.None || run.Ids.Length == 1);
            Assert.True((run.Cells - run.Tokens) * 100 <= run.Cells * BatchLimits.MaxPaddingPercent);
        });
        var snapshot = scheduler.Snapshot("m", "1");
        var counted = snapshot.RequestSeconds.Counts.Aggregate(0UL, (sum, count) => sum + count) + snapshot.Failed + snapshot.Refused + snapshot.Expired + snapshot.Cancelled;
        Assert.Equal((ulong)answers.Count(answered => answered), counted);
        return true;
    }

    // Whether the request reached the scheduler.
    private static async Task<bool> SendAsync(LaneScheduler scheduler, RunLog log, Sent sent, int i)
    {
        using var leaving = new CancellationTokenSource();
        var work = new RowWork(log, $"{i}", sent.Lengths) { Priority = sent.Priority, Caller = sent.Caller, Fails = sent.Fate == 0 };
        var answer = scheduler.RunAsync(work, sent.Fate == 1 ? TimeSpan.FromMilliseconds(1) : TimeSpan.FromSeconds(60), leaving.Token);
        if (sent.Fate == 2)
        {
            await leaving.CancelAsync();
        }

        try
        {
            Assert.Equal($"{i}", (await answer).Id);
            Assert.NotEqual(0, sent.Fate);
            Assert.All(work.TimesComputed, times => Assert.Equal(1, times));
        }
        catch (TsfException refused)
        {
            Assert.Contains(refused.Error, sent.Fate switch
            {
                0 => [TsfErrors.ExecutionFailed, TsfErrors.Overloaded],
                1 => [TsfErrors.DeadlineExceeded, TsfErrors.Overloaded],
                2 => [TsfErrors.Cancelled, TsfErrors.Overloaded],
                _ => (ErrorCode[])[TsfErrors.Overloaded],
            });
            Assert.All(work.TimesComputed, times => Assert.InRange(times, 0, 1));
        }

        return true;
    }

    internal sealed record Sent(int[] Lengths, int Priority, string Caller, int Fate);
}
