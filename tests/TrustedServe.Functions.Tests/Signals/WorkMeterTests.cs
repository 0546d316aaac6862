using Microsoft.Extensions.Time.Testing;
using TrustedServe.Functions.Queue;
using TrustedServe.Functions.Signals;

namespace TrustedServe.Functions.Tests.Signals;

public sealed class WorkMeterTests
{
    private static readonly ModelKey M = new("m", "1");
    private static readonly ModelKey N = new("n", "1");
    private readonly FakeTimeProvider time = new();
    private readonly WorkMeter meter;
    private readonly JobRegistry jobs;

    public WorkMeterTests()
    {
        meter = new WorkMeter(time);
        jobs = new JobRegistry([meter]);
    }

    [Fact]
    public void One_job_costs_its_rows_what_their_scoring_took_and_its_message_the_rest()
    {
        var job = Begin("m");
        Pass(30); // for its model
        job.Resolved("1");
        Pass(2);
        Score(job, batches: 10, rows: 10, bytes: 500, seconds: 1);
        job.Enter(JobPhase.Closing);
        Pass(1);
        jobs.End(job);
        Pass(100); // nothing to do

        var sums = meter.SumsOf(M);
        Assert.Equal(0.1, sums.SecondsPerRow!.Value, 9);
        Assert.Equal(3, sums.SecondsPerMessage!.Value, 9);
        Assert.Equal(50, sums.BytesPerRow!.Value, 9);
    }

    [Fact]
    public void Jobs_at_once_share_the_time_so_that_a_row_costs_what_the_instance_needs_for_one()
    {
        var first = Begin("m");
        first.Resolved("1");
        Score(first, batches: 1, rows: 10, bytes: 1, seconds: 9);
        jobs.End(first);
        JobProgress[] both = [Begin("m"), Begin("m")];
        Array.ForEach(both, job => job.Resolved("1"));
        Array.ForEach(both, job => job.Enter(JobPhase.Scoring));
        for (var i = 0; i < 10; i++)
        {
            Pass(1);
            Array.ForEach(both, job => job.Add(TestJobs.Batch(10)));
        }

        Assert.Equal(0.05, meter.SumsOf(M).SecondsPerRow!.Value, 3);
    }

    [Fact]
    public void Models_at_once_share_the_time_and_the_parts_add_up_to_it()
    {
        var (first, second) = (Begin("m"), Begin("n"));
        first.Resolved("1");
        second.Resolved("1");
        first.Enter(JobPhase.Scoring);
        second.Enter(JobPhase.Scoring);
        for (var i = 0; i < 3; i++)
        {
            Pass(1);
            first.Add(TestJobs.Batch(10));
            second.Add(TestJobs.Batch(30));
        }

        var (m, n) = (meter.SumsOf(M), meter.SumsOf(N));
        Assert.Equal(3, (30 * m.SecondsPerRow!.Value) + (90 * n.SecondsPerRow!.Value), 9);
        Assert.Equal(0.05, m.SecondsPerRow.Value, 9);
    }

    [Fact]
    public void Start_of_a_job_is_its_messages_but_for_what_its_rows_cost_otherwise()
    {
        for (var i = 0; i < 5; i++)
        {
            var job = Begin("m");
            job.Resolved("1");
            job.Enter(JobPhase.Scoring);
            Pass(2);
            job.Add(TestJobs.Batch(10));
            Score(job, batches: 20, rows: 10, bytes: 1, seconds: 1);
            jobs.End(job);
        }

        // 22 seconds for 210 rows and a message.
        Assert.Equal(0.1, meter.SumsOf(M).SecondsPerRow!.Value, 6);
        Assert.Equal(1, meter.SumsOf(M).SecondsPerMessage!.Value, 6);
    }

    [Fact]
    public void First_batch_and_first_message_count_until_there_is_a_second()
    {
        var cold = Begin("m");
        cold.Resolved("1");
        Pass(5);
        Score(cold, batches: 1, rows: 10, bytes: 500, seconds: 10);
        Assert.Equal(1, meter.SumsOf(M).SecondsPerRow!.Value, 9);
        cold.Enter(JobPhase.Closing);
        Pass(1);
        jobs.End(cold);
        Assert.Equal(6, meter.SumsOf(M).SecondsPerMessage!.Value, 9);

        var warm = Begin("m");
        warm.Resolved("1");
        Pass(0.5);
        Score(warm, batches: 2, rows: 10, bytes: 500, seconds: 1);
        Assert.Equal(0.1, meter.SumsOf(M).SecondsPerRow!.Value, 9);
        jobs.End(warm);
        Assert.Equal(0.5, meter.SumsOf(M).SecondsPerMessage!.Value, 9);
        Assert.Equal(50, meter.SumsOf(M).BytesPerRow!.Value, 9);
    }

    [Fact]
    public void Of_instances_that_live_for_one_small_message_each_is_learnt_too()
    {
        var kept = default(WorkSums);
        for (var instance = 0; instance < 60; instance++)
        {
            var (own, seconds) = (new WorkMeter(time), instance < 20 ? 1.0 : 2.0);
            own.Adopt(new Dictionary<ModelKey, WorkSums> { [M] = kept });
            var registry = new JobRegistry([own]);
            var job = registry.Begin(TestJobs.Message("m"), time.GetUtcNow());
            job.Resolved("1");
            Score(job, batches: 1, rows: 10, bytes: 500, seconds * 5);
            registry.End(job);
            kept = own.SumsOf(M).Bounded();
        }

        Assert.InRange(kept.SecondsPerRow!.Value, 0.95, 1);
    }

    [Fact]
    public void Cost_follows_a_model_that_becomes_slower()
    {
        var job = Begin("m");
        job.Resolved("1");
        Score(job, batches: 100, rows: 10, bytes: 1, seconds: 1);
        Assert.Equal(0.1, meter.SumsOf(M).SecondsPerRow!.Value, 6);

        Score(job, batches: 400, rows: 5, bytes: 1, seconds: 1);
        Assert.InRange(meter.SumsOf(M).SecondsPerRow!.Value, 0.199, 0.2);
    }

    [Fact]
    public void What_was_kept_counts_until_there_is_enough_of_ones_own()
    {
        meter.Adopt(new Dictionary<ModelKey, WorkSums> { [M] = new(60, 60, 20, 20, 600) });
        Assert.Equal((1, 1, 10), (meter.SumsOf(M).SecondsPerRow, meter.SumsOf(M).SecondsPerMessage, meter.SumsOf(M).BytesPerRow));

        var job = Begin("m");
        job.Resolved("1");
        Score(job, batches: 1, rows: 100, bytes: 100, seconds: 1);
        Assert.InRange(meter.SumsOf(M).SecondsPerRow!.Value, 0.2, 0.9);

        Score(job, batches: 600, rows: 100, bytes: 100, seconds: 1);
        Assert.InRange(meter.SumsOf(M).SecondsPerRow!.Value, 0.01, 0.0101);
    }

    [Fact]
    public void Names_that_no_model_has_leave_nothing_behind()
    {
        for (var i = 0; i < 100; i++)
        {
            jobs.End(jobs.Begin(TestJobs.Message($"unknown-{i}", "7"), time.GetUtcNow()));
        }

        Assert.Empty(meter.Measured());
        Assert.Equal(default, meter.SumsOf(new ModelKey("unknown-1", "7")));
    }

    private JobProgress Begin(string model) => jobs.Begin(TestJobs.Message(model), time.GetUtcNow());

    private void Score(JobProgress job, int batches, int rows, long bytes, double seconds)
    {
        job.Enter(JobPhase.Scoring);
        for (var i = 0; i < batches; i++)
        {
            Pass(seconds);
            job.Add(TestJobs.Batch(rows, bytes));
        }
    }

    private void Pass(double seconds) => time.Advance(TimeSpan.FromSeconds(seconds));
}
