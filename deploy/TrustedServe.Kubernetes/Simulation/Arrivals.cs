using TrustedServe.Kubernetes.Simulation.Traces;

namespace TrustedServe.Kubernetes.Simulation;

/// <summary>Draws how many arrive in each step: callers who do not know of each other, around the trace's rate.</summary>
internal sealed class Arrivals(ArrivalTrace trace, Random random)
{
    // Above this mean a Poisson count is as good as normal, and drawing it one by one would take for ever.
    private const double Many = 30;
    private int point;

    /// <summary>The trace's rate at a time; times must not fall.</summary>
    public double RateAt(double seconds)
    {
        while (point + 1 < trace.Points.Count && trace.Points[point + 1].Seconds <= seconds)
        {
            point++;
        }

        return point + 1 < trace.Points.Count ? trace.Points[point].PerSecond : 0;
    }

    /// <summary>A count with a mean, as chance has it.</summary>
    public long Draw(double mean)
    {
        if (mean > Many)
        {
            // Twelve uniform numbers less six: normal enough, and the same on every machine.
            var sum = -6.0;
            for (var i = 0; i < 12; i++)
            {
                sum += random.NextDouble();
            }

            return (long)Math.Max(0, Math.Round(mean + (sum * Math.Sqrt(mean))));
        }

        var limit = Math.Exp(-mean);
        var product = random.NextDouble();
        var count = 0L;
        while (product > limit)
        {
            count++;
            product *= random.NextDouble();
        }

        return count;
    }
}
