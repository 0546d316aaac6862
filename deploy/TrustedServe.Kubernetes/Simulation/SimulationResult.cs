namespace TrustedServe.Kubernetes.Simulation;

/// <summary>What a trace met with.</summary>
public sealed record SimulationResult
{
    /// <summary>Name of the trace.</summary>
    public required string Trace { get; init; }

    /// <summary>Its length in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>How many arrived.</summary>
    public required double Arrived { get; init; }

    /// <summary>How many still waited at the end; latencies count them with the age that they had.</summary>
    public required double Unserved { get; init; }

    /// <summary>Latency in seconds that half of all did not exceed.</summary>
    public required double P50 { get; init; }

    /// <summary>The same for 95 of 100.</summary>
    public required double P95 { get; init; }

    /// <summary>The same for 99 of 100.</summary>
    public required double P99 { get; init; }

    /// <summary>The longest latency in seconds.</summary>
    public required double Longest { get; init; }

    /// <summary>Most that waited at once.</summary>
    public required double MaxBacklog { get; init; }

    /// <summary>Most instances at once.</summary>
    public required int MaxReplicas { get; init; }

    /// <summary>Hours of instances, starting ones included: what is paid for.</summary>
    public required double ReplicaHours { get; init; }

    /// <summary>Share of the ready instances' time in which they computed.</summary>
    public required double Utilization { get; init; }

    /// <summary>Instances that were started.</summary>
    public required int ColdStarts { get; init; }

    /// <summary>Jobs that found no message; 0 without jobs.</summary>
    public required int IdleStarts { get; init; }

    /// <summary>Seconds without any instance.</summary>
    public required double SecondsAtZero { get; init; }

    /// <summary>The course of it, in at most a few hundred stretches.</summary>
    public required IReadOnlyList<SimulationSample> Samples { get; init; }

    /// <summary>What the figures mean for the settings, each in a sentence or two.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}
