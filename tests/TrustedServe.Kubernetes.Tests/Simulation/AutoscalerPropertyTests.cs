using CsCheck;
using TrustedServe.Kubernetes.Simulation;
using TrustedServe.Kubernetes.Simulation.Scaling;

namespace TrustedServe.Kubernetes.Tests.Simulation;

public sealed class AutoscalerPropertyTests
{
    private static readonly Gen<ScaleSettings> Settings =
        from least in Gen.Int[0, 5]
        from most in Gen.Int[5, 50]
        from target in Gen.Double[0.1, 20]
        from upWindow in Gen.Int[0, 120]
        from downWindow in Gen.Int[0, 600]
        from step in Gen.Int[1, 10]
        from period in Gen.Int[1, 120]
        select new ScaleSettings
        {
            MinReplicas = least,
            MaxReplicas = most,
            Target = target,
            ScaleUp = new() { StabilizationWindowSeconds = upWindow, Policies = [new(ScalingPolicyType.Pods, step, period)] },
            ScaleDown = new() { StabilizationWindowSeconds = downWindow, Policies = [new(ScalingPolicyType.Pods, step, period)] },
        };

    [Fact]
    public void Replicas_stay_within_limits_and_policies() => Settings.Select(Gen.Double[0, 1_000].Array[1, 60]).Sample((settings, metrics) =>
    {
        settings.Validate();
        var autoscaler = new HorizontalAutoscaler(settings);
        var replicas = Math.Max(1, settings.MinReplicas);
        var course = new List<int> { replicas };
        foreach (var (metric, i) in metrics.Select((metric, i) => (metric, i)))
        {
            replicas = autoscaler.Synchronize(i * 15, metric, replicas, replicas);
            course.Add(replicas);
        }

        Assert.All(course, value => Assert.InRange(value, Math.Max(1, settings.MinReplicas), settings.MaxReplicas));
        var policy = settings.ScaleUp.Policies[0];
        for (var i = 1; i < course.Count; i++)
        {
            // What a raise reaches counts from where the policy's period began.
            var first = Math.Max(0, i - 1 - ((policy.PeriodSeconds - 1) / 15));
            Assert.True(course[i] <= course[i - 1] || course[i] <= course[first] + policy.Value, string.Join(' ', course));
        }
    }, iter: 500);

    [Fact]
    public void Shut_direction_never_moves() => Gen.Double[0, 1_000].Array[1, 40].Sample(metrics =>
    {
        var autoscaler = new HorizontalAutoscaler(new() { ScaleDown = ScalingRules.Down with { Select = PolicySelect.Disabled } });
        var replicas = 1;
        foreach (var (metric, i) in metrics.Select((metric, i) => (metric, i)))
        {
            var next = autoscaler.Synchronize(i * 15, metric, replicas, replicas);
            Assert.True(next >= replicas);
            replicas = next;
        }
    }, iter: 200);

    [Fact]
    public void Metric_that_says_nothing_changes_nothing()
    {
        var autoscaler = new HorizontalAutoscaler(new());
        Assert.Equal(7, autoscaler.Synchronize(0, null, 7, 0));
        Assert.Equal(0, autoscaler.Synchronize(15, 1_000, 0, 0));
    }
}
