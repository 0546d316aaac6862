namespace TrustedServe.Kubernetes.Simulation.Scaling;

/// <summary>
/// The HorizontalPodAutoscaler that KEDA makes for a ScaledObject, between its least and its most replicas.
/// </summary>
/// <remarks>
/// In one synchronisation: 1. zero replicas are KEDA's affair; 2. outside the limits, back to the nearest, whatever the metric;
/// 3. the wish by <see cref="HpaFormula"/>; 4. within both stabilisation windows: no lower than the lowest recent wish and no
/// higher than the highest; 5. within what the policies let change in their periods; 6. within the limits.
/// </remarks>
public sealed class HorizontalAutoscaler(ScaleSettings settings)
{
    private readonly List<(double At, int Replicas)> wishes = [];
    private readonly List<(double At, int Change)> rises = [];
    private readonly List<(double At, int Change)> falls = [];
    private readonly int least = Math.Max(1, settings.MinReplicas);

    /// <summary>Decides once.</summary>
    /// <param name="now">Seconds since the beginning; never less than the time before.</param>
    /// <param name="metric">What the trigger says; null when it says nothing, and then nothing changes.</param>
    /// <param name="current">Replicas that are wanted now.</param>
    /// <param name="ready">Replicas that are ready now.</param>
    /// <returns>Replicas that are wanted from now on.</returns>
    public int Synchronize(double now, double? metric, int current, int ready)
    {
        if (current == 0)
        {
            return 0; // 1
        }

        var next = Math.Clamp(current, least, settings.MaxReplicas); // 2
        if (next == current)
        {
            if (metric is not { } value)
            {
                return current;
            }

            var wish = HpaFormula.Desired(settings.MetricTarget, value, settings.Target, current, ready, settings.Tolerance); // 3
            next = Limit(now, Stabilize(now, wish, current), current); // 4, 5, 6
        }

        if (next != current)
        {
            Remember(now, next - current);
        }

        return next;
    }

    private int Stabilize(double now, int wish, int current)
    {
        var up = wish;
        var down = wish;
        foreach (var (at, replicas) in wishes)
        {
            up = at > now - settings.ScaleUp.StabilizationWindowSeconds ? Math.Min(up, replicas) : up;
            down = at > now - settings.ScaleDown.StabilizationWindowSeconds ? Math.Max(down, replicas) : down;
        }

        var longest = Math.Max(settings.ScaleUp.StabilizationWindowSeconds, settings.ScaleDown.StabilizationWindowSeconds);
        wishes.RemoveAll(old => old.At < now - longest);
        wishes.Add((now, wish));
        return Math.Min(Math.Max(current, up), down);
    }

    private int Limit(double now, int wish, int current)
    {
        if (wish > current)
        {
            var limit = Chosen(settings.ScaleUp, policy => policy.Most(AtStart(now, policy, current)), current, up: true);
            return Math.Min(wish, Math.Min(settings.MaxReplicas, Math.Max(current, limit)));
        }

        if (wish < current)
        {
            var limit = Chosen(settings.ScaleDown, policy => policy.Least(AtStart(now, policy, current)), current, up: false);
            return Math.Max(wish, Math.Max(least, Math.Min(current, limit)));
        }

        return current;
    }

    private static int Chosen(ScalingRules rules, Func<ScalingPolicy, int> limit, int current, bool up) => rules.Select switch
    {
        PolicySelect.Disabled => current,
        PolicySelect.Max => up ? rules.Policies.Max(limit) : rules.Policies.Min(limit),
        _ => up ? rules.Policies.Min(limit) : rules.Policies.Max(limit),
    };

    // The replicas when the policy's period began: the present ones without what changed since.
    private int AtStart(double now, ScalingPolicy policy, int current) =>
        current - Changed(rises, now, policy) + Changed(falls, now, policy);

    private static int Changed(List<(double At, int Change)> events, double now, ScalingPolicy policy) =>
        events.Where(change => change.At > now - policy.PeriodSeconds).Sum(change => change.Change);

    private void Remember(double now, int change)
    {
        var longest = Math.Max(settings.ScaleUp.LongestPeriodSeconds, settings.ScaleDown.LongestPeriodSeconds);
        rises.RemoveAll(old => old.At < now - longest);
        falls.RemoveAll(old => old.At < now - longest);
        (change > 0 ? rises : falls).Add((now, Math.Abs(change)));
    }
}
