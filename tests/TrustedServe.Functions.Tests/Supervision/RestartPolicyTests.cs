using TrustedServe.Functions.Supervision;

namespace TrustedServe.Functions.Tests.Supervision;

public sealed class RestartPolicyTests
{
    private static readonly WorkerEnd Crash = new(WorkerEndKind.Crashed, TimeSpan.Zero, "TSF5003", "crashed");

    [Fact]
    public void Pause_doubles_to_half_a_minute_with_up_to_a_fifth_more()
    {
        var policy = new RestartPolicy(crashLimit: 100);
        foreach (var expected in new[] { 0.5, 1, 2, 4, 8, 16, 30, 30, 30 })
        {
            Assert.InRange(policy.After(Crash)!.Value.TotalSeconds, expected, expected * 1.2);
        }
    }

    [Fact]
    public void Worker_that_had_been_ready_is_started_again_at_once_and_then_with_pauses()
    {
        var policy = new RestartPolicy(crashLimit: 100);
        var brief = Crash with { Lived = TimeSpan.FromSeconds(5) };
        Assert.Equal(TimeSpan.Zero, policy.After(brief));
        Assert.InRange(policy.After(brief)!.Value.TotalSeconds, 0.5, 0.6);
        Assert.InRange(policy.After(brief)!.Value.TotalSeconds, 1, 1.2);
    }

    [Fact]
    public void Crashes_in_a_row_end_it() => Assert.Null(After(new RestartPolicy(3), Crash, Crash, Crash));

    [Fact]
    public void Long_life_starts_the_count_and_the_pause_anew()
    {
        var policy = new RestartPolicy(2);
        Assert.Equal(TimeSpan.Zero, After(policy, Crash, Crash with { Lived = TimeSpan.FromSeconds(60) }));
        Assert.Null(policy.After(Crash));
    }

    [Fact]
    public void Retryable_failures_do_not_count() =>
        Assert.NotNull(After(new RestartPolicy(2), [Crash, .. Enumerable.Repeat(Crash with { Kind = WorkerEndKind.Retryable }, 20)]));

    [Fact]
    public void Refusal_is_final() => Assert.Null(new RestartPolicy(100).After(Crash with { Kind = WorkerEndKind.Refused }));

    [Fact]
    public void Failure_names_the_code_of_its_cause_and_not_its_reason()
    {
        var failure = new RestartPolicy(1).Failure(Crash with { Kind = WorkerEndKind.Refused, Code = "TSF3005", Reason = "inside" });
        Assert.Equal("TSF5002", failure.Code);
        Assert.Contains("TSF3005", failure.Message);
        Assert.DoesNotContain("inside", failure.Message);
    }

    private static TimeSpan? After(RestartPolicy policy, params WorkerEnd[] ends)
    {
        TimeSpan? pause = null;
        foreach (var end in ends)
        {
            pause = policy.After(end);
        }

        return pause;
    }
}
