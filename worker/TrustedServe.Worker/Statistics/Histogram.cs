using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Worker.Statistics;

/// <summary>
/// How often values fell between fixed bounds. Recording allocates nothing and takes no lock: one thread at a time writes, any
/// number may read meanwhile, and see each number whole if not all of the same moment.
/// </summary>
internal sealed class Histogram(double[] bounds)
{
    private readonly long[] counts = new long[bounds.Length + 1];
    private double sum;

    /// <summary>Counts a value: under the first bound that it does not exceed, or above the last.</summary>
    public void Record(double value)
    {
        var place = 0;
        while (place < bounds.Length && value > bounds[place])
        {
            place++;
        }

        Volatile.Write(ref counts[place], counts[place] + 1);
        Volatile.Write(ref sum, sum + value);
    }

    /// <summary>What was counted until now.</summary>
    public HistogramSnapshot Snapshot()
    {
        var snapshot = new HistogramSnapshot { Sum = Volatile.Read(ref sum) };
        snapshot.Bounds.AddRange(bounds);
        for (var place = 0; place < counts.Length; place++)
        {
            snapshot.Counts.Add((ulong)Volatile.Read(ref counts[place]));
        }

        return snapshot;
    }
}
