using TrustedServe.Worker.Lanes;

namespace TrustedServe.Worker.Statistics;

/// <summary>What a row and a token cost a lane of late: a mean over all runs in which each later run weighs a little more.</summary>
internal sealed class ComputeCost
{
    // A run weighs half of what it did after about 70 more: enough to smooth over lengths, few enough to follow a model that slows down.
    private const double Keep = 0.99;

    private double seconds;
    private double rows;
    private double tokens;

    /// <summary>Adds a run. Called by the lane alone.</summary>
    public void Add(double runSeconds, int runRows, long runTokens)
    {
        Volatile.Write(ref seconds, (seconds * Keep) + runSeconds);
        Volatile.Write(ref rows, (rows * Keep) + runRows);
        Volatile.Write(ref tokens, (tokens * Keep) + runTokens);
    }

    /// <summary>Seconds that one lane takes for a row; 0 before anything was computed.</summary>
    public static double SecondsPerRow(IReadOnlyList<Lane> lanes) => Mean(lanes, static cost => Volatile.Read(ref cost.rows));

    /// <summary>Seconds that one lane takes for a token; 0 before anything was computed.</summary>
    public static double SecondsPerToken(IReadOnlyList<Lane> lanes) => Mean(lanes, static cost => Volatile.Read(ref cost.tokens));

    private static double Mean(IReadOnlyList<Lane> lanes, Func<ComputeCost, double> units)
    {
        var (total, of) = (0.0, 0.0);
        for (var i = 0; i < lanes.Count; i++)
        {
            var cost = lanes[i].Statistics.Cost;
            total += Volatile.Read(ref cost.seconds);
            of += units(cost);
        }

        return of > 0 ? total / of : 0;
    }
}
