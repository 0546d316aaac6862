using TrustedServe.Kubernetes.Simulation.Scaling;
using TrustedServe.Kubernetes.Simulation.Traces;

namespace TrustedServe.Kubernetes.Simulation;

/// <summary>A ScaledJob: each job starts, takes one message, works on it and ends; one that finds no message ends at once.</summary>
/// <remarks>In each step: 1. jobs end; 2. messages arrive; 3. jobs that have started take a message; 4. KEDA looks and makes jobs, when it is time.</remarks>
internal static class JobSimulation
{
    /// <summary>Plays it.</summary>
    public static SimulationResult Run(ArrivalTrace trace, ScaleSettings settings, InstanceProfile instance, JobScaling jobs, Random random, CancellationToken cancellationToken)
    {
        const double step = ScaleSimulation.StepSeconds;
        var arrivals = new Arrivals(trace, random);
        var latencies = new LatencyCounts();
        var backlog = new Backlog(latencies);
        var recorder = new SimulationRecorder(trace, step);
        var starting = new Queue<(double At, int Count)>();
        var working = new Queue<(double Until, int Count)>();
        var (pending, busy, started, idle) = (0, 0, 0, 0);
        var poll = random.NextDouble() * settings.PollingSeconds;
        for (long number = 0; number * step < trace.Seconds; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var now = number * step;
            while (working.TryPeek(out var done) && done.Until <= now) // 1
            {
                busy -= working.Dequeue().Count;
            }

            var arrived = arrivals.Draw(arrivals.RateAt(now) * step); // 2
            backlog.Add(now, arrived);
            var longest = 0.0;
            while (starting.TryPeek(out var ready) && ready.At <= now) // 3
            {
                var count = starting.Dequeue().Count;
                var taken = (int)Math.Min(count, backlog.Whole);
                if (taken > 0)
                {
                    // All of them take theirs at this moment.
                    longest = Math.Max(longest, backlog.Serve(now, seconds: 1e-9, taken / 1e-9, instance.ServiceSeconds).Longest);
                    working.Enqueue((now + instance.ServiceSeconds, taken));
                }

                pending -= count;
                busy += taken;
                idle += count - taken;
            }

            if (now >= poll) // 4
            {
                poll += settings.PollingSeconds;
                var waiting = backlog.Whole;
                var seen = settings.Metric == ScaleMetric.Visible && waiting < ScaleMeter.MostPeeked ? waiting : waiting + busy;
                var made = jobs.ToCreate(seen, pending + busy, pending, settings);
                if (made > 0)
                {
                    starting.Enqueue((now + instance.ColdStartSeconds, made));
                    pending += made;
                    started += made;
                }
            }

            recorder.Step(now, arrived, pending + busy, busy, busy, backlog.Waiting, longest);
        }

        backlog.CountWaiting(trace.Seconds);
        return recorder.Finish(settings, instance, latencies, backlog.Waiting, started, idle);
    }
}
