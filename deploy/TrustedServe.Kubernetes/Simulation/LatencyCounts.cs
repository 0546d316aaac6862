namespace TrustedServe.Kubernetes.Simulation;

/// <summary>Latencies with weights, each to within two percent, in memory that does not grow.</summary>
internal sealed class LatencyCounts
{
    private const double Shortest = 1e-4;
    private const double Growth = 1.02;
    private static readonly double[] Bounds = [.. Enumerable.Range(0, 1_250).Select(slot => Shortest * Math.Pow(Growth, slot))]; // up to 64 days
    private readonly double[] counts = new double[Bounds.Length];
    private double total;

    /// <summary>The longest.</summary>
    public double Longest { get; private set; }

    /// <summary>Counts some.</summary>
    public void Add(double seconds, double weight)
    {
        var found = Array.BinarySearch(Bounds, seconds);
        counts[Math.Min(found >= 0 ? found : ~found, Bounds.Length - 1)] += weight;
        total += weight;
        Longest = Math.Max(Longest, seconds);
    }

    /// <summary>The seconds that a share (0 to 1) did not exceed; 0 when nothing was counted.</summary>
    public double Percentile(double share)
    {
        var rank = share * total;
        var seen = 0.0;
        for (var slot = 0; slot < counts.Length && total > 0; slot++)
        {
            seen += counts[slot];
            if (seen >= rank && counts[slot] > 0)
            {
                return Math.Min(Bounds[slot], Longest);
            }
        }

        return Longest;
    }
}
