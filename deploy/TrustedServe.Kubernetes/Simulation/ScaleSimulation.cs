using TrustedServe.Kubernetes.Simulation.Scaling;
using TrustedServe.Kubernetes.Simulation.Traces;

namespace TrustedServe.Kubernetes.Simulation;

/// <summary>Plays arrivals against the arithmetic of KEDA and the HorizontalPodAutoscaler. Nothing here scales anything: it is for choosing settings.</summary>
/// <remarks>
/// In each step of a quarter of a second: 1. starting instances become ready; 2. KEDA looks, when it is time; 3. the autoscaler
/// looks, when it is time; 4. instances start or go; 5. requests arrive; 6. the ready instances serve, first come first served.
/// Requests flow: what one instance does within a step is not looked at, so queueing shorter than a step does not show.
/// The same arguments give the same result.
/// </remarks>
public static class ScaleSimulation
{
    /// <summary>Seconds in a step.</summary>
    public const double StepSeconds = 0.25;

    /// <summary>Plays it.</summary>
    /// <param name="trace">What arrives.</param>
    /// <param name="settings">What KEDA and the autoscaler are told.</param>
    /// <param name="instance">What one instance does.</param>
    /// <param name="seed">Of the arrivals and of when the looks fall.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <exception cref="Protocol.Errors.TsfException">TSF7081 for settings that nobody would take.</exception>
    public static SimulationResult Run(ArrivalTrace trace, ScaleSettings settings, InstanceProfile instance, int seed, CancellationToken cancellationToken)
    {
        settings.Validate();
        instance.Validate();
        return settings.Jobs is null
            ? Replicas(trace, settings, instance, new Random(seed), cancellationToken)
            : JobSimulation.Run(trace, settings, instance, settings.Jobs, new Random(seed), cancellationToken);
    }

    private static SimulationResult Replicas(ArrivalTrace trace, ScaleSettings settings, InstanceProfile instance, Random random, CancellationToken cancellationToken)
    {
        var arrivals = new Arrivals(trace, random);
        var latencies = new LatencyCounts();
        var backlog = new Backlog(latencies);
        var recorder = new SimulationRecorder(trace, StepSeconds);
        var fleet = new Fleet(settings.IdleReplicas ?? settings.MinReplicas);
        var keda = new KedaActivation(settings);
        var autoscaler = new HorizontalAutoscaler(settings);
        var meter = new ScaleMeter(settings, instance, arrivals);
        var poll = random.NextDouble() * settings.PollingSeconds;
        var sync = random.NextDouble() * settings.SyncSeconds;
        for (long step = 0; step * StepSeconds < trace.Seconds; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var now = step * StepSeconds;
            fleet.Advance(now); // 1
            var wanted = fleet.Wanted;
            if (now >= poll) // 2
            {
                wanted = keda.Poll(now, meter.Activation(backlog), wanted);
                poll += settings.PollingSeconds;
            }

            if (now >= sync) // 3
            {
                wanted = autoscaler.Synchronize(now, meter.Value(backlog, fleet.Ready), wanted, fleet.Ready);
                sync += settings.SyncSeconds;
            }

            fleet.Scale(now, wanted, instance.ColdStartSeconds); // 4
            var arrived = arrivals.Draw(arrivals.RateAt(now) * StepSeconds); // 5
            backlog.Add(now + (StepSeconds / 2), arrived);
            meter.Observe(arrived);
            var (served, longest) = backlog.Serve(now, StepSeconds, fleet.Ready * instance.PerSecond, instance.ServiceSeconds); // 6
            meter.Served(served / StepSeconds);
            recorder.Step(now, arrived, fleet.Wanted, fleet.Ready, served / (instance.PerSecond * StepSeconds), backlog.Waiting, longest);
        }

        backlog.CountWaiting(trace.Seconds);
        return recorder.Finish(settings, instance, latencies, backlog.Waiting, fleet.Started, idleStarts: 0);
    }
}
