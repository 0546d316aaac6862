using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using TrustedServe.Functions.Queue;
using TrustedServe.Functions.Signals;
using TrustedServe.Functions.Tests.Queue;

namespace TrustedServe.Functions.Tests.Signals;

public sealed class WorkKeeperTests
{
    private static readonly ModelKey M = new("m", "1");
    private readonly FakeTimeProvider time = new();
    private readonly FakeQueueView view = new();
    private readonly LogRecorder log = new();
    private readonly JobRegistry jobs;
    private readonly WorkKeeper keeper;

    public WorkKeeperTests()
    {
        var meter = new WorkMeter(time);
        keeper = new WorkKeeper(view, meter, time, new LoggerFactory([log]).CreateLogger<WorkKeeper>());
        jobs = new JobRegistry([meter, keeper]);
    }

    [Fact]
    public async Task Costs_are_kept_beside_those_of_other_models()
    {
        view.Kept = "1 other@3=5,100,1,1,1000";

        Job(seconds: 10, rows: 100);
        await UntilWrittenAsync(1);

        var kept = KeptWork.Parse(view.Kept);
        Assert.Equal(0.1, kept[M].SecondsPerRow!.Value, 6);
        Assert.Equal(0.05, kept[new ModelKey("other", "3")].SecondsPerRow!.Value, 6);
    }

    [Fact]
    public async Task Costs_are_written_at_most_once_a_minute_and_only_when_they_changed()
    {
        Job(seconds: 10, rows: 100);
        await UntilWrittenAsync(1);
        Job(seconds: 10, rows: 1000);
        Job(seconds: 10, rows: 1000);
        await keeper.StopAsync(default);
        Assert.Equal(2, view.Written.Count); // the second at the end

        time.Advance(TimeSpan.FromMinutes(2));
        Job(seconds: 0.0001, rows: 0);
        await keeper.StopAsync(default);
        Assert.Equal(2, view.Written.Count);
    }

    [Fact]
    public async Task Costs_of_a_job_that_ends_while_others_are_written_are_kept_at_the_end()
    {
        view.Writing = new TaskCompletionSource();
        Job(seconds: 10, rows: 100);
        await UntilWrittenAsync(1);
        Job(seconds: 5, rows: 1000);

        var stopped = keeper.StopAsync(default);
        view.Writing.SetResult();
        await stopped;

        Assert.Equal(2, view.Written.Count);
    }

    [Fact]
    public async Task Nothing_was_done_nothing_is_written()
    {
        jobs.End(jobs.Begin(TestJobs.Message(), time.GetUtcNow())); // never found its model

        await keeper.StopAsync(default);

        Assert.Empty(view.Written);
    }

    [Fact]
    public async Task Store_that_refuses_is_said_once_and_harms_nothing()
    {
        view.Failure = new Azure.RequestFailedException(403, "no", "AuthorizationPermissionMismatch", null);
        for (var i = 0; i < 3; i++)
        {
            Job(seconds: 70, rows: 100);
            await keeper.StopAsync(default);
        }

        Assert.Single(log.Lines, line => line.Id == 2703);
        Assert.Empty(view.Written);
    }

    private void Job(double seconds, int rows)
    {
        var job = jobs.Begin(TestJobs.Message(), time.GetUtcNow());
        job.Resolved("1");
        job.Enter(JobPhase.Scoring);
        time.Advance(TimeSpan.FromSeconds(seconds));
        if (rows > 0)
        {
            job.Add(TestJobs.Batch(rows, rows * 10));
        }

        job.Enter(JobPhase.Closing);
        jobs.End(job);
    }

    private Task UntilWrittenAsync(int count) => QueueHarness.UntilAsync(() => Task.FromResult(view.Written.Count == count));
}
