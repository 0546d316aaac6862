namespace TrustedServe.Kubernetes.Simulation.Scaling;

/// <summary>How the autoscaler reads a trigger's metric, as a trigger's <c>metricType</c> says.</summary>
public enum MetricTarget
{
    /// <summary>The whole metric shared among the replicas, KEDA's default: desired = ⌈metric ÷ target⌉.</summary>
    AverageValue,

    /// <summary>The metric as it is: desired = ⌈ready × metric ÷ target⌉.</summary>
    Value,
}
