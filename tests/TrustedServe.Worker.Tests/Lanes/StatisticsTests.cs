using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Worker.Lanes;
using TrustedServe.Worker.Statistics;

namespace TrustedServe.Worker.Tests.Lanes;

public sealed class StatisticsTests
{
    private readonly FakeTimeProvider time = new();
    private readonly RunLog log = new();

    [Fact]
    public void Histogram_CountsUnderTheFirstBoundThatIsNotExceeded()
    {
        var histogram = new Histogram([1, 2, 4]);
        foreach (var value in new[] { 0, 1, 1.5, 4, 5 })
        {
            histogram.Record(value);
        }

        var snapshot = histogram.Snapshot();
        Assert.Equal([2UL, 1, 1, 1], snapshot.Counts);
        Assert.Equal([1, 2, 4], snapshot.Bounds);
        Assert.Equal(11.5, snapshot.Sum);
    }

    [Fact]
    public void Recording_AllocatesNothing()
    {
        var statistics = new LaneStatistics(8);
        var batch = new LaneBatch();
        batch.Begin(new RowWork(log, "a", 10, 9) { TokensLeft = 19 }, new BatchLimits());
        Record();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Record();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Record()
        {
            statistics.Queued(TimeSpan.FromMilliseconds(3), 2);
            statistics.Computed(batch, TimeProvider.System, 0, 100, 200, failed: false);
        }
    }

    [Fact]
    public async Task Snapshot_HasWhatWasComputed()
    {
        using var scheduler = new LaneScheduler([0], 16, new BatchLimits(), time, NullLogger.Instance);
        log.OnRun = () => time.Advance(TimeSpan.FromSeconds(2));
        await RunAsync(scheduler, new RowWork(log, "a", 10, 9));
        await RunAsync(scheduler, new RowWork(log, "b", 10, 9));
        await Assert.ThrowsAsync<Protocol.Errors.TsfException>(() => RunAsync(scheduler, new RowWork(log, "bad", 1) { Fails = true }));
        var snapshot = scheduler.Snapshot("m", "7");
        var lane = Assert.Single(snapshot.Lanes);
        Assert.Equal(("m", "7", 1UL, 1UL), (snapshot.Name, snapshot.Version, snapshot.Failed, lane.FailedRuns));
        Assert.Equal((4, 4.0, 38 / 2.0), (snapshot.RequestSeconds.Sum, lane.ComputeSeconds.Sum, lane.TokensPerSecond.Sum));
        Assert.Equal((4, 2.0, 5), (lane.RunRows.Sum, lane.RunRequests.Sum, lane.RequestRows.Sum));
        Assert.Equal(2UL, lane.Padding.Counts[lane.Padding.Bounds.IndexOf(0.06)]);
        Assert.Equal(0, lane.QueueSeconds.Sum);
        Assert.Equal(new RunSizeSnapshot { Rows = 2, Runs = 2, InputSeconds = 0, OutputSeconds = 4 }, Assert.Single(lane.RunSizes));
        Assert.Equal(1, snapshot.SecondsPerRow, 1e-9);
        Assert.Equal(4.0 / 38, snapshot.SecondsPerToken, 1e-9);
        Assert.Equal(time.GetUtcNow().ToUnixTimeMilliseconds() - 2000, snapshot.LastAnswerUnixMilliseconds);
    }

    [Fact]
    public async Task TimeInTheLine_IsCounted_OnceForEachRequest()
    {
        using var scheduler = new LaneScheduler([0], 16, new BatchLimits { Tokens = 10 }, time, NullLogger.Instance);
        log.Close();
        var busy = RunAsync(scheduler, new RowWork(log, "busy", 10));
        await log.HasBegunAsync(1);
        var waiting = RunAsync(scheduler, new RowWork(log, "waiting", 10, 10, 10));
        time.Advance(TimeSpan.FromSeconds(3));
        log.Open();
        await Task.WhenAll(busy, waiting);
        var lane = scheduler.Snapshot("m", "1").Lanes[0];
        Assert.Equal((3, 4, 4), (lane.QueueSeconds.Sum, lane.RequestRows.Sum, lane.RunRows.Sum));
        Assert.Equal(2UL, lane.QueueSeconds.Counts.Aggregate((sum, count) => sum + count));
    }

    private static Task<ModelInferResponse> RunAsync(LaneScheduler scheduler, LaneWork work) => scheduler.RunAsync(work, TimeSpan.FromSeconds(60), CancellationToken.None);
}
