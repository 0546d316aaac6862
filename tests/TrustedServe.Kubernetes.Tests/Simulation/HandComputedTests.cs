using TrustedServe.Kubernetes.Simulation;
using TrustedServe.Kubernetes.Simulation.Scaling;

namespace TrustedServe.Kubernetes.Tests.Simulation;

/// <summary>KEDA's and the autoscaler's documented arithmetic, computed by hand beside each case.</summary>
public sealed class HandComputedTests
{
    [Fact]
    public void Case_01_average_value_divides_the_metric_by_the_target()
    {
        // 47 messages, target 5 a replica, 3 replicas: 47 / (5 × 3) = 3.133, off by 2.133 > 0.1; ⌈47 / 5⌉ = ⌈9.4⌉ = 10.
        Assert.Equal(10, HpaFormula.Desired(MetricTarget.AverageValue, 47, 5, current: 3, ready: 3, tolerance: 0.1));
    }

    [Fact]
    public void Case_02_tolerance_holds_what_misses_by_less_than_a_tenth()
    {
        // 108 requests/s, target 10 a replica, 10 replicas: 108 / 100 = 1.08, off by 0.08 ≤ 0.1: 10 stay, though ⌈10.8⌉ = 11.
        Assert.Equal(10, HpaFormula.Desired(MetricTarget.AverageValue, 108, 10, current: 10, ready: 10, tolerance: 0.1));

        // 112: 1.12, off by 0.12 > 0.1; ⌈112 / 10⌉ = ⌈11.2⌉ = 12.
        Assert.Equal(12, HpaFormula.Desired(MetricTarget.AverageValue, 112, 10, current: 10, ready: 10, tolerance: 0.1));

        // 92: 0.92, off by 0.08: 10 stay. 85: 0.85, off by 0.15; ⌈8.5⌉ = 9.
        Assert.Equal(10, HpaFormula.Desired(MetricTarget.AverageValue, 92, 10, current: 10, ready: 10, tolerance: 0.1));
        Assert.Equal(9, HpaFormula.Desired(MetricTarget.AverageValue, 85, 10, current: 10, ready: 10, tolerance: 0.1));
    }

    [Fact]
    public void Case_03_value_multiplies_the_ready_replicas()
    {
        // Metric 50, target 20: ratio 2.5. 4 replicas are wanted, 3 are ready: ⌈2.5 × 3⌉ = ⌈7.5⌉ = 8 (not 2.5 × 4 = 10).
        Assert.Equal(8, HpaFormula.Desired(MetricTarget.Value, 50, 20, current: 4, ready: 3, tolerance: 0.1));
    }

    [Fact]
    public void Case_04_default_policies_add_four_or_double_each_quarter_minute()
    {
        // Wish always ⌈1000 / 10⌉ = 100. From 1 replica the policies allow the greater of double and four more in 15 s:
        // 1 → max(2, 5) = 5 → max(10, 9) = 10 → 20 → 40 → 80 → max(160, 84), the wish is less: 100.
        var autoscaler = new HorizontalAutoscaler(new() { Target = 10, MaxReplicas = 200 });
        var replicas = 1;
        var course = new List<int>();
        for (var now = 0; now < 90; now += 15)
        {
            replicas = autoscaler.Synchronize(now, 1_000, replicas, replicas);
            course.Add(replicas);
        }

        Assert.Equal([5, 10, 20, 40, 80, 100], course);
    }

    [Fact]
    public void Case_05_down_window_keeps_the_highest_wish_of_five_minutes()
    {
        // Target 10. At 0 s the metric 100 wishes 10. At 15 s it falls to 20: wish 2, but the window of 300 s still holds the 10.
        // A wish counts while it is younger than 300 s: at 285 s (age 285) yes, at 300 s (age 300) no more. Then at once to 2.
        var autoscaler = new HorizontalAutoscaler(new() { Target = 10 });
        var replicas = autoscaler.Synchronize(0, 100, 10, 10);
        for (var now = 15; now <= 285; now += 15)
        {
            replicas = autoscaler.Synchronize(now, 20, replicas, replicas);
            Assert.Equal(10, replicas);
        }

        Assert.Equal(2, autoscaler.Synchronize(300, 20, replicas, replicas));
    }

    [Fact]
    public void Case_06_slow_down_policy_counts_from_the_beginning_of_its_period()
    {
        // No window, at most 2 pods in 60 s. Wish ⌈10 / 10⌉ = 1 from 10. At 0 s: 10 - 2 = 8. At 15 to 45 s the period began with
        // 8 + 2 = 10, and 10 - 2 = 8 holds. At 60 s the change of 0 s is 60 s old and counts no more: 8 - 2 = 6.
        var autoscaler = new HorizontalAutoscaler(new()
        {
            Target = 10,
            ScaleDown = new() { StabilizationWindowSeconds = 0, Policies = [new(ScalingPolicyType.Pods, 2, 60)] },
        });
        var replicas = 10;
        var course = new List<int>();
        for (var now = 0; now <= 60; now += 15)
        {
            replicas = autoscaler.Synchronize(now, 10, replicas, replicas);
            course.Add(replicas);
        }

        Assert.Equal([8, 8, 8, 8, 6], course);
    }

    [Fact]
    public void Case_07_activation_is_greater_than_and_not_equal()
    {
        // activationQueueLength 3: 3 messages leave 0 replicas, 4 make 1; with minReplicaCount 2 and idleReplicaCount 0 they make 2.
        var alone = new KedaActivation(new() { Activation = 3 });
        Assert.Equal(0, alone.Poll(0, 3, current: 0));
        Assert.Equal(1, alone.Poll(30, 4, current: 0));
        Assert.Equal(2, new KedaActivation(new() { Activation = 3, MinReplicas = 2, IdleReplicas = 0 }).Poll(0, 4, current: 0));
    }

    [Fact]
    public void Case_08_cooldown_counts_from_the_last_look_that_was_active()
    {
        // Looks every 30 s, cooldown 300 s, last active at 60 s: 60 + 300 = 360 must be before now, so 360 s is too early and 390 s is it.
        var keda = new KedaActivation(new());
        Assert.Equal(1, keda.Poll(60, 1, current: 1));
        for (var now = 90; now <= 360; now += 30)
        {
            Assert.Equal(1, keda.Poll(now, 0, current: 1));
        }

        Assert.Equal(0, keda.Poll(390, 0, current: 1));
    }

    [Fact]
    public void Case_09_job_strategies_deduct_what_exists()
    {
        // 10 messages counted, target 1, most 20, 6 unfinished jobs of which 2 have not begun: wish min(20, ⌈10 / 1⌉) = 10.
        // default: 10 - 6 = 4.  accurate: 10 + 6 = 16 ≤ 20, so 10 - 2 = 8.  eager: min(20 - 6 - 2, 10) = 10.
        // custom with deduction 1 and a share of 0.5: min(10 - 1 - 3, 20) = 6.
        var settings = new ScaleSettings { Target = 1, MaxReplicas = 20 };
        Assert.Equal(4, Jobs(JobStrategy.Default).ToCreate(10, 6, 2, settings));
        Assert.Equal(8, Jobs(JobStrategy.Accurate).ToCreate(10, 6, 2, settings));
        Assert.Equal(10, Jobs(JobStrategy.Eager).ToCreate(10, 6, 2, settings));
        Assert.Equal(6, new JobScaling { Strategy = JobStrategy.Custom, QueueLengthDeduction = 1, RunningJobPercentage = 0.5 }.ToCreate(10, 6, 2, settings));
    }

    [Fact]
    public void Case_10_job_limits_and_targets_above_one()
    {
        // 30 messages, target 4, most 10: wish min(10, ⌈7.5⌉) = 8. accurate with 5 unfinished: 8 + 5 = 13 > 10, so 10 - 5 = 5.
        // default with 9 unfinished: 8 - 9 < 0: none. Least 3 with 1 unfinished: 3 - 1 = 2, whatever the queue.
        var settings = new ScaleSettings { Target = 4, MaxReplicas = 10 };
        Assert.Equal(5, Jobs(JobStrategy.Accurate).ToCreate(30, 5, 0, settings));
        Assert.Equal(0, Jobs(JobStrategy.Default).ToCreate(30, 9, 0, settings));
        Assert.Equal(2, Jobs(JobStrategy.Default).ToCreate(0, 1, 0, settings with { MinReplicas = 3 }));
    }

    private static JobScaling Jobs(JobStrategy strategy) => new() { Strategy = strategy };
}
