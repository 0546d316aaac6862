using System.Runtime.InteropServices;

namespace TrustedServe.Benchmarks.Bert;

/// <summary>SplitMix64: the same numbers for the same seed, whatever the runtime.</summary>
public sealed class SeededNoise(ulong seed)
{
    // Four uniform numbers of 16 bits summed have this standard deviation, and nearly a bell's shape.
    private static readonly float SumDeviation = MathF.Sqrt(4 * 65_536f * 65_536f / 12);
    private ulong state = seed;

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A whole number from 0 to below <paramref name="bound"/>.</summary>
    public int Below(int bound) => (int)(Next() % (ulong)bound);

    /// <summary>Nearly normal numbers around <paramref name="mean"/>.</summary>
    public void Fill(Span<float> values, float mean, float deviation)
    {
        var scale = deviation / SumDeviation;
        foreach (ref var value in values)
        {
            var bits = Next();
            var sum = (int)(bits & 0xFFFF) + (int)((bits >> 16) & 0xFFFF) + (int)((bits >> 32) & 0xFFFF) + (int)(bits >> 48);
            value = mean + ((sum - 131_070) * scale);
        }
    }

    /// <summary>The same as bytes of little-endian numbers.</summary>
    public void Fill(Span<byte> values, float mean, float deviation) => Fill(MemoryMarshal.Cast<byte, float>(values), mean, deviation);
}
