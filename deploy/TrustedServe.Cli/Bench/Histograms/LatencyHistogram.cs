using System.Numerics;

namespace TrustedServe.Cli.Bench.Histograms;

/// <summary>
/// Counts of times in microseconds, to within one percent of the value, in memory that does not grow: 128 steps for each
/// doubling, up to 19 hours.
/// </summary>
internal sealed class LatencyHistogram
{
    /// <summary>Longest time told apart; longer ones count as this.</summary>
    public const long Longest = (1L << 36) - 1;

    private const int StepBits = 7;
    private const int Steps = 1 << StepBits;
    private readonly long[] counts = new long[Slot(Longest) + 1];
    private double sum;

    /// <summary>How many were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The longest that was recorded.</summary>
    public long Max { get; private set; }

    /// <summary>The average; 0 when nothing was recorded.</summary>
    public double Mean => Count == 0 ? 0 : sum / Count;

    /// <summary>Counts one.</summary>
    public void Record(long microseconds)
    {
        microseconds = Math.Clamp(microseconds, 0, Longest);
        counts[Slot(microseconds)]++;
        Count++;
        sum += microseconds;
        Max = Math.Max(Max, microseconds);
    }

    /// <summary>Adds all of another.</summary>
    public void Add(LatencyHistogram other)
    {
        for (var slot = 0; slot < counts.Length; slot++)
        {
            counts[slot] += other.counts[slot];
        }

        Count += other.Count;
        sum += other.sum;
        Max = Math.Max(Max, other.Max);
    }

    /// <summary>The time that a share (0 to 1) of all did not exceed; 0 when nothing was recorded.</summary>
    public long Percentile(double share)
    {
        var rank = Math.Max(1, (long)Math.Ceiling(Math.Clamp(share, 0, 1) * Count));
        long seen = 0;
        for (var slot = 0; slot < counts.Length; slot++)
        {
            seen += counts[slot];
            if (seen >= rank)
            {
                return Math.Min(Highest(slot), Max);
            }
        }

        return 0;
    }

    // Below 2 × Steps each value has a slot of its own; above, each doubling has Steps slots.
    private static int Slot(long value)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)value | 1) - StepBits);
        return (shift << StepBits) + (int)(value >> shift);
    }

    /// <summary>The largest value that a slot counts.</summary>
    private static long Highest(int slot)
    {
        var shift = Math.Max(0, (slot >> StepBits) - 1);
        var step = (long)slot - ((long)shift << StepBits);
        return ((step + 1) << shift) - 1;
    }
}
