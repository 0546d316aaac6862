using TrustedServe.Kubernetes.Simulation.Scaling;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Simulation;

/// <summary>What a ScaledObject or ScaledJob and its autoscaler are told.</summary>
public sealed record ScaleSettings
{
    private const int MaxReplicaLimit = 100_000;
    private const int MaxSeconds = 86_400;
    private const double MaxTarget = 1e9;

    /// <summary>What the trigger measures; default: what waits and is in hand.</summary>
    public ScaleMetric Metric { get; init; } = ScaleMetric.Queue;

    /// <summary>How the autoscaler reads it; default: shared among the replicas.</summary>
    public MetricTarget MetricTarget { get; init; } = MetricTarget.AverageValue;

    /// <summary>The trigger's target, above 0; default 5, as azure-queue has it.</summary>
    public double Target { get; init; } = 5;

    /// <summary>Active when the metric is greater than this; default 0.</summary>
    public double Activation { get; init; }

    /// <summary>Seconds between KEDA's looks, 1 to 86,400; default 30.</summary>
    public int PollingSeconds { get; init; } = 30;

    /// <summary>Seconds without activity before the last replicas go, 0 to 86,400; default 300.</summary>
    public int CooldownSeconds { get; init; } = 300;

    /// <summary>The same at the beginning, before there was any activity; default 0.</summary>
    public int InitialCooldownSeconds { get; init; }

    /// <summary>Least replicas; default 0.</summary>
    public int MinReplicas { get; init; }

    /// <summary>Most replicas, 1 to 100,000; default 100.</summary>
    public int MaxReplicas { get; init; } = 100;

    /// <summary>Replicas while nothing is active; null (the default) for the least. Only 0 works: the autoscaler undoes every other.</summary>
    public int? IdleReplicas { get; init; }

    /// <summary>Seconds between the autoscaler's looks, 1 to 86,400; default 15.</summary>
    public int SyncSeconds { get; init; } = 15;

    /// <summary>The share by which the metric may miss the target, 0 to 1; default 0.1.</summary>
    public double Tolerance { get; init; } = 0.1;

    /// <summary>Behaviour upwards; default: Kubernetes' own.</summary>
    public ScalingRules ScaleUp { get; init; } = ScalingRules.Up;

    /// <summary>Behaviour downwards; default: Kubernetes' own.</summary>
    public ScalingRules ScaleDown { get; init; } = ScalingRules.Down;

    /// <summary>Jobs in place of replicas, one for each message; null (the default) for replicas.</summary>
    public JobScaling? Jobs { get; init; }

    /// <summary>Refuses what KEDA or Kubernetes would not take, every problem at once.</summary>
    /// <exception cref="TsfException">TSF7081.</exception>
    public void Validate()
    {
        var problems = Problems().ToList();
        if (problems.Count > 0)
        {
            throw TsfErrors.InvalidScaleSettings.With(string.Join(' ', problems));
        }
    }

    private IEnumerable<string> Problems()
    {
        foreach (var (name, value, least) in new[] { ("polling", PollingSeconds, 1), ("cooldown", CooldownSeconds, 0), ("initial cooldown", InitialCooldownSeconds, 0), ("sync", SyncSeconds, 1) })
        {
            if (value < least || value > MaxSeconds)
            {
                yield return $"{name} is {value} s; it can be {least} to {MaxSeconds}.";
            }
        }

        if (!(Target > 0) || Target > MaxTarget)
        {
            yield return FormattableString.Invariant($"The target is {Target}; it must be above 0 and at most {MaxTarget}.");
        }

        if (!(Activation >= 0) || Activation > MaxTarget)
        {
            yield return FormattableString.Invariant($"The activation is {Activation}; it can be 0 to {MaxTarget}.");
        }

        if (!(Tolerance is >= 0 and <= 1))
        {
            yield return FormattableString.Invariant($"The tolerance is {Tolerance}; it can be 0 to 1.");
        }

        if (MaxReplicas is < 1 or > MaxReplicaLimit || MinReplicas < 0 || MinReplicas > MaxReplicas)
        {
            yield return $"Replicas from {MinReplicas} to {MaxReplicas}; the least is at least 0 and not above the most, the most 1 to {MaxReplicaLimit}.";
        }

        if (IdleReplicas is { } idle && (idle != 0 || MinReplicas == 0))
        {
            yield return $"{idle} idle replicas beside a least of {MinReplicas}; idle replicas must be 0 (the autoscaler undoes others) and below the least.";
        }

        if (Jobs is { } jobs && (jobs.QueueLengthDeduction < 0 || !(jobs.RunningJobPercentage is >= 0 and <= 1)))
        {
            yield return "The deduction of jobs is at least 0 and the share of running jobs 0 to 1.";
        }

        if (Jobs is not null && Metric is not (ScaleMetric.Queue or ScaleMetric.Visible))
        {
            yield return $"Jobs are made for messages: the metric must be the queue, not {Metric}.";
        }

        foreach (var problem in ScaleUp.Problems("scale up").Concat(ScaleDown.Problems("scale down")))
        {
            yield return problem;
        }
    }
}
