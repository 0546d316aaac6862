using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TrustedServe.Benchmarks.Engine;

/// <summary>
/// How many times as many 8-bit products as FP32 ones a processor's instructions compute and add up, in registers alone. It is the ratio
/// of two peaks: kernels that load and store come near it, on either side, as the one or the other loses more to memory.
/// </summary>
/// <remarks>
/// AVX2 has no sum of four 8-bit products (VNNI has). Three instructions stand for it: vpmaddubsw makes pairs of 16 bits, vpmaddwd
/// pairs of 32, vpaddd adds them; 32 products, against 8 of an FP32 vfmadd.
/// </remarks>
internal static class InstructionPeaks
{
    private const int Sums = 12;
    private const int Steps = 4_000_000;
    private const int Rounds = 9;

    /// <summary>The ratio, the middle of several; null on a processor that has VNNI, or lacks AVX2.</summary>
    public static double? Int8OverFp32()
    {
        if (!Avx2.IsSupported || !Fma.IsSupported || AvxVnni.IsSupported || Vector512.IsHardwareAccelerated)
        {
            return null;
        }

        var ratios = Enumerable.Range(0, Rounds + 1).Select(_ => Rate(Int8, Vector256<byte>.Count) / Rate(Fp32, Vector256<float>.Count)).Skip(1);
        return Figures.Median(ratios);
    }

    private static double Rate(Func<int, float> compute, int products)
    {
        var start = Stopwatch.GetTimestamp();
        compute(Steps);
        return Steps * (double)Sums * products / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    // Each sum feeds its own next product, so that nothing can be computed once and taken again; twelve of them keep a core's units busy.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Fp32(int steps)
    {
        var (half, one) = (Vector256.Create(0.5f), Vector256.Create(1f));
        Vector256<float> a = one, b = one, c = one, d = one, e = one, f = one, g = one, h = one, i = one, j = one, k = one, l = one;
        for (var step = 0; step < steps; step++)
        {
            a = Fma.MultiplyAdd(a, half, one);
            b = Fma.MultiplyAdd(b, half, one);
            c = Fma.MultiplyAdd(c, half, one);
            d = Fma.MultiplyAdd(d, half, one);
            e = Fma.MultiplyAdd(e, half, one);
            f = Fma.MultiplyAdd(f, half, one);
            g = Fma.MultiplyAdd(g, half, one);
            h = Fma.MultiplyAdd(h, half, one);
            i = Fma.MultiplyAdd(i, half, one);
            j = Fma.MultiplyAdd(j, half, one);
            k = Fma.MultiplyAdd(k, half, one);
            l = Fma.MultiplyAdd(l, half, one);
        }

        return (a + b + c + d + e + f + g + h + i + j + k + l).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Int8(int steps)
    {
        var (weight, one) = (Vector256.Create((sbyte)3), Vector256.Create((short)1));
        Vector256<int> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default, i = default, j = default, k = default, l = default;
        for (var step = 0; step < steps; step++)
        {
            a = Add(a, weight, one);
            b = Add(b, weight, one);
            c = Add(c, weight, one);
            d = Add(d, weight, one);
            e = Add(e, weight, one);
            f = Add(f, weight, one);
            g = Add(g, weight, one);
            h = Add(h, weight, one);
            i = Add(i, weight, one);
            j = Add(j, weight, one);
            k = Add(k, weight, one);
            l = Add(l, weight, one);
        }

        return (a + b + c + d + e + f + g + h + i + j + k + l).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Add(Vector256<int> sum, Vector256<sbyte> weight, Vector256<short> one) =>
        Avx2.Add(sum, Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(sum.AsByte(), weight), one));
}
