using TrustedServe.Kubernetes.Simulation.Traces;

namespace TrustedServe.Kubernetes.Simulation;

/// <summary>Collects what happens step by step into a result.</summary>
internal sealed class SimulationRecorder(ArrivalTrace trace, double stepSeconds)
{
    private const int WantedSamples = 360;
    private readonly long stepsPerSample = Math.Max(1, (long)Math.Ceiling(trace.Seconds / stepSeconds / WantedSamples));
    private readonly List<SimulationSample> samples = [];
    private SimulationSample sample = new(0, 0, 0, 0, 0, 0);
    private long steps;
    private double arrived;
    private double replicaSeconds;
    private double busySeconds;
    private double readySeconds;
    private double secondsAtZero;
    private double maxBacklog;
    private int maxReplicas;

    /// <summary>Records one step.</summary>
    public void Step(double now, double arrivals, int replicas, int ready, double busy, double backlog, double latency)
    {
        if (steps % stepsPerSample == 0 && steps > 0)
        {
            samples.Add(sample);
            sample = new(now, 0, 0, 0, 0, 0);
        }

        steps++;
        arrived += arrivals;
        replicaSeconds += replicas * stepSeconds;
        readySeconds += ready * stepSeconds;
        busySeconds += busy * stepSeconds;
        secondsAtZero += replicas == 0 ? stepSeconds : 0;
        maxBacklog = Math.Max(maxBacklog, backlog);
        maxReplicas = Math.Max(maxReplicas, replicas);
        sample = new(
            sample.Seconds,
            sample.PerSecond + (arrivals / (stepsPerSample * stepSeconds)),
            Math.Max(sample.Replicas, replicas),
            Math.Max(sample.Ready, ready),
            Math.Max(sample.Backlog, backlog),
            Math.Max(sample.Latency, latency));
    }

    /// <summary>The result.</summary>
    public SimulationResult Finish(ScaleSettings settings, InstanceProfile instance, LatencyCounts latencies, double unserved, int coldStarts, int idleStarts)
    {
        var result = new SimulationResult
        {
            Trace = trace.Name,
            Seconds = trace.Seconds,
            Arrived = arrived,
            Unserved = unserved,
            P50 = latencies.Percentile(0.5),
            P95 = latencies.Percentile(0.95),
            P99 = latencies.Percentile(0.99),
            Longest = latencies.Longest,
            MaxBacklog = maxBacklog,
            MaxReplicas = maxReplicas,
            ReplicaHours = replicaSeconds / 3_600,
            Utilization = readySeconds > 0 ? busySeconds / readySeconds : 0,
            ColdStarts = coldStarts,
            IdleStarts = idleStarts,
            SecondsAtZero = secondsAtZero,
            Samples = [.. samples, sample],
            Notes = [],
        };
        return result with { Notes = [.. ScaleNotes.On(result, trace, settings, instance)] };
    }
}
