using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Simulation.Traces;

/// <summary>Traces that are always at hand, each with a greatest rate of one's own.</summary>
public static class NamedTraces
{
    private const double Minute = 60;
    private const double Hour = 3_600;

    // A working day, hour by hour in hundredths of its peak: nothing at night, two humps with lunch between them.
    private static readonly int[] Day = [4, 2, 0, 0, 0, 2, 8, 22, 50, 80, 95, 100, 85, 75, 90, 96, 88, 70, 48, 34, 26, 20, 12, 7];

    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names { get; } = ["steady", "daily", "burst"];

    /// <summary>Makes one.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="peak">Its greatest rate.</param>
    /// <exception cref="TsfException">TSF7080 for another name.</exception>
    public static ArrivalTrace Create(string name, double peak) => name switch
    {
        "steady" => new(name, [new(0, peak), new(30 * Minute, 0)]),
        "daily" => Daily(peak),
        "burst" => Burst(peak),
        _ => throw TsfErrors.InvalidTrace.With($"There is no trace '{name}' among {string.Join(", ", Names)}."),
    };

    // Minute by minute, straight from hour to hour.
    private static ArrivalTrace Daily(double peak)
    {
        var points = new List<TracePoint>();
        for (var minute = 0; minute < 24 * 60; minute++)
        {
            var hour = minute / 60;
            var share = (Day[hour] * (60 - (minute % 60))) + (Day[(hour + 1) % 24] * (minute % 60));
            points.Add(new(minute * Minute, peak * share / 6_000));
        }

        return new("daily", [.. points, new(24 * Hour, 0)]);
    }

    // Nothing, a burst out of it, little, and a burst out of that.
    private static ArrivalTrace Burst(double peak) => new("burst",
    [
        new(0, 0), new(5 * Minute, peak), new(10 * Minute, peak * 0.05), new(25 * Minute, peak), new(30 * Minute, peak * 0.05), new(40 * Minute, 0), new(60 * Minute, 0),
    ]);
}
