using System.Text.Json;
using TrustedServe.Kubernetes.Simulation;
using TrustedServe.Kubernetes.Simulation.Scaling;
using TrustedServe.Kubernetes.Simulation.Traces;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Kubernetes.Tests.Simulation;

public sealed class ScaleSimulationTests
{
    private static readonly InstanceProfile Instance = new() { PerSecond = 10, ServiceSeconds = 0.1, ColdStartSeconds = 20 };

    [Fact]
    public void Enough_instances_from_the_beginning_answer_at_once()
    {
        var result = Run(NamedTraces.Create("steady", 50), new() { MinReplicas = 20, MaxReplicas = 20 });
        Assert.InRange(result.Arrived, 50 * 1_800 * 0.98, 50 * 1_800 * 1.02);
        Assert.InRange(result.P99, 0.1, 0.5);
        Assert.Equal(0, result.ColdStarts);
        Assert.Equal(10, result.ReplicaHours, 3); // 20 instances for half an hour
        Assert.Equal(0.25, result.Utilization, 2); // 50 of 200 a second
        Assert.Equal(0, result.Unserved);
    }

    [Fact]
    public void Too_few_instances_let_the_backlog_grow_by_the_difference()
    {
        // 50/s arrive, 2 × 10/s are served, for 1,800 s: 30 × 1,800 = 54,000 are left, and the peak is said to need 5.
        var result = Run(NamedTraces.Create("steady", 50), new() { MinReplicas = 2, MaxReplicas = 2 });
        Assert.InRange(result.Unserved, 54_000 * 0.97, 54_000 * 1.03);
        Assert.Equal(1, result.Utilization, 3);
        Assert.Contains(result.Notes, note => note.Contains("needs 5 instances", StringComparison.Ordinal));
    }

    [Fact]
    public void From_nothing_the_first_request_waits_for_look_and_cold_start()
    {
        // One request a second from 100 s on: a look within 30 s, a cold start of 20 s, a step of each. Nothing waits longer.
        var trace = new ArrivalTrace("late", [new(0, 0), new(100, 1), new(400, 0)]);
        foreach (var seed in Enumerable.Range(1, 20))
        {
            var result = ScaleSimulation.Run(trace, new() { Target = 1_000 }, Instance, seed, CancellationToken.None);
            Assert.InRange(result.Longest, 20 - ScaleSimulation.StepSeconds, 30 + 20 + 1);
            Assert.Equal(1, result.MaxReplicas);
            Assert.True(result.SecondsAtZero >= 100);
        }
    }

    [Fact]
    public void Same_seed_is_the_same_run_and_another_seed_another()
    {
        var trace = NamedTraces.Create("burst", 40);
        string Json(int seed) => JsonSerializer.Serialize(ScaleSimulation.Run(trace, new(), Instance, seed, CancellationToken.None), StrictJson.Compact);
        Assert.Equal(Json(1), Json(1));
        Assert.NotEqual(Json(1), Json(2));
    }

    [Fact]
    public void Nothing_is_lost_and_nothing_made_up()
    {
        // All that arrives in the first minute is answered by the end of ten.
        var trace = new ArrivalTrace("short", [new(0, 30), new(60, 0), new(600, 0)]);
        var result = Run(trace, new() { MaxReplicas = 10 });
        Assert.Equal(0, result.Unserved);
        Assert.True(result.MaxBacklog <= result.Arrived);
        Assert.Equal(result.Arrived, result.Samples.Sum(sample => sample.PerSecond) * (result.Samples[1].Seconds - result.Samples[0].Seconds), 6);
    }

    [Fact]
    public void Jobs_counted_twice_find_no_message()
    {
        // With messages in hand counted, 'accurate' makes a job again for every message that one works on; 'default' does not.
        var trace = new ArrivalTrace("jobs", [new(0, 0.5), new(600, 0), new(1_800, 0)]);
        var instance = new InstanceProfile { PerSecond = 1, ServiceSeconds = 120, ColdStartSeconds = 10 };
        var settings = new ScaleSettings { Target = 1, MaxReplicas = 500, Jobs = new() { Strategy = JobStrategy.Default } };
        var right = ScaleSimulation.Run(trace, settings, instance, 1, CancellationToken.None);
        var wrong = ScaleSimulation.Run(trace, settings with { Jobs = new() { Strategy = JobStrategy.Accurate } }, instance, 1, CancellationToken.None);
        Assert.Equal(0, right.IdleStarts);
        Assert.Equal(right.Arrived, right.ColdStarts);
        Assert.True(wrong.IdleStarts > right.Arrived, $"{wrong.IdleStarts} of {wrong.ColdStarts}");
        Assert.Equal(0, right.Unserved);
    }

    [Fact]
    public void Jobs_counted_too_little_are_made_too_late()
    {
        // With messages in hand not counted (fewer than 32), 'default' deducts jobs that work on messages no longer counted.
        var trace = new ArrivalTrace("jobs", [new(0, 0.1), new(900, 0), new(1_800, 0)]);
        var instance = new InstanceProfile { PerSecond = 1, ServiceSeconds = 120, ColdStartSeconds = 10 };
        var settings = new ScaleSettings { Metric = ScaleMetric.Visible, Target = 1, Jobs = new() { Strategy = JobStrategy.Accurate } };
        var right = ScaleSimulation.Run(trace, settings, instance, 1, CancellationToken.None);
        var wrong = ScaleSimulation.Run(trace, settings with { Jobs = new() { Strategy = JobStrategy.Default } }, instance, 1, CancellationToken.None);
        Assert.True(wrong.P95 > 1.3 * right.P95, $"{wrong.P95} {right.P95}");
    }

    [Fact]
    public void Target_within_the_tolerance_of_the_capacity_is_told()
    {
        var rate = new ScaleSettings { Metric = ScaleMetric.Rate, Target = 9.5, MinReplicas = 1 };
        Assert.Contains(Run(NamedTraces.Create("steady", 20), rate).Notes, note => note.Contains("At most 9.09", StringComparison.Ordinal));
        Assert.DoesNotContain(Run(NamedTraces.Create("steady", 20), rate with { Target = 9 }).Notes, note => note.Contains("At most", StringComparison.Ordinal));
    }

    [Fact]
    public void Target_above_what_an_instance_has_in_hand_swings_and_is_told()
    {
        // A full instance has 10/s × 0.1 s = 1 request in hand. With a target of 20, five busy ones show 5 and look like a quarter of one.
        var swinging = Run(NamedTraces.Create("steady", 50), new() { Target = 20, MinReplicas = 1 });
        var steady = Run(NamedTraces.Create("steady", 50), new() { Metric = ScaleMetric.Rate, Target = 8, MinReplicas = 1 });
        Assert.Contains(swinging.Notes, note => note.Contains("look idle", StringComparison.Ordinal));
        Assert.DoesNotContain(steady.Notes, note => note.Contains("look idle", StringComparison.Ordinal));
        Assert.True(swinging.ColdStarts > 2 * steady.ColdStarts, $"{swinging.ColdStarts} {steady.ColdStarts}");
    }

    [Fact]
    public void Settings_are_refused_with_every_problem_at_once()
    {
        var exception = Assert.Throws<TsfException>(() => Run(NamedTraces.Create("steady", 1), new()
        {
            Target = double.NaN,
            PollingSeconds = 0,
            MinReplicas = 5,
            MaxReplicas = 4,
            IdleReplicas = 2,
            Tolerance = -1,
            ScaleUp = new() { StabilizationWindowSeconds = 4_000, Policies = [] },
        }));
        Assert.Equal("TSF7081", exception.Code);
        foreach (var part in new[] { "target", "polling", "5 to 4", "2 idle", "tolerance", "4000 s", "0 policies" })
        {
            Assert.Contains(part, exception.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(1, double.NaN, 1)]
    [InlineData(1, 1, -1)]
    [InlineData(double.PositiveInfinity, 1, 1)]
    public void Impossible_instances_are_refused(double perSecond, double service, double coldStart) => Assert.Equal("TSF7081", Assert.Throws<TsfException>(() =>
        ScaleSimulation.Run(NamedTraces.Create("steady", 1), new(), new() { PerSecond = perSecond, ServiceSeconds = service, ColdStartSeconds = coldStart }, 1, CancellationToken.None)).Code);

    private static SimulationResult Run(ArrivalTrace trace, ScaleSettings settings) => ScaleSimulation.Run(trace, settings, Instance, 1, CancellationToken.None);
}
