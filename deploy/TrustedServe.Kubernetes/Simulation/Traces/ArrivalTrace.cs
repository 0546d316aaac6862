using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Simulation.Traces;

/// <summary>How many arrive when.</summary>
public sealed class ArrivalTrace
{
    /// <summary>Most points of a trace.</summary>
    public const int MaxPoints = 100_000;

    /// <summary>Longest trace: a week.</summary>
    public const double MaxSeconds = 7 * 86_400;

    /// <summary>Greatest rate.</summary>
    public const double MaxPerSecond = 10_000_000;

    /// <summary>Makes one from points: the first at 0, times rising, the last only ends it.</summary>
    /// <exception cref="TsfException">TSF7080 when they are none.</exception>
    public ArrivalTrace(string name, IReadOnlyList<TracePoint> points)
    {
        if (points.Count is < 2 or > MaxPoints)
        {
            throw TsfErrors.InvalidTrace.With($"The trace has {points.Count} points; it needs 2 to {MaxPoints}: at least one rate and the time at which it ends.");
        }

        for (var i = 0; i < points.Count; i++)
        {
            var (seconds, perSecond) = points[i];
            var least = i == 0 ? 0 : points[i - 1].Seconds;
            if (!(seconds <= MaxSeconds) || (i == 0 ? seconds != 0 : !(seconds > least)))
            {
                throw TsfErrors.InvalidTrace.With(FormattableString.Invariant($"Point {i + 1} is at {seconds} s; times begin with 0, rise, and end within {MaxSeconds} s."));
            }

            if (!(perSecond is >= 0 and <= MaxPerSecond))
            {
                throw TsfErrors.InvalidTrace.With(FormattableString.Invariant($"Point {i + 1} has {perSecond} arrivals a second; a rate is 0 to {MaxPerSecond}."));
            }
        }

        Name = name;
        Points = points;
    }

    /// <summary>What it is called in results.</summary>
    public string Name { get; }

    /// <summary>The points; the last one's rate does not count.</summary>
    public IReadOnlyList<TracePoint> Points { get; }

    /// <summary>Its length in seconds.</summary>
    public double Seconds => Points[^1].Seconds;

    /// <summary>The greatest rate.</summary>
    public double Peak => Points.SkipLast(1).Max(point => point.PerSecond);
}
