namespace TrustedServe.Kubernetes.Simulation.Scaling;

/// <summary>The replicas that the HorizontalPodAutoscaler wants for an external metric, before anything holds it back.</summary>
public static class HpaFormula
{
    // The metrics API carries quantities in thousandths.
    private const double Thousandths = 1_000;

    /// <summary>Computes it.</summary>
    /// <param name="type">How the metric is read.</param>
    /// <param name="metric">The metric's value.</param>
    /// <param name="target">The trigger's target.</param>
    /// <param name="current">Replicas that are wanted now, at least 1.</param>
    /// <param name="ready">Replicas that are ready now.</param>
    /// <param name="tolerance">The share by which the metric may miss the target before anything changes (0.1 unless the cluster says otherwise).</param>
    public static int Desired(MetricTarget type, double metric, double target, int current, int ready, double tolerance)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(current, 1);
        var value = Math.Round(metric * Thousandths);
        var wanted = Math.Round(target * Thousandths);
        var ratio = value / (type == MetricTarget.AverageValue ? wanted * current : wanted);
        return Math.Abs(1 - ratio) <= tolerance ? current
            : Whole(type == MetricTarget.AverageValue ? value / wanted : ratio * ready);
    }

    private static int Whole(double replicas) => (int)Math.Min(int.MaxValue, Math.Ceiling(replicas));
}
