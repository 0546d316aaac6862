using System.Globalization;
using TrustedServe.Testing;

namespace TrustedServe.Benchmarks;

/// <summary>Peak memory of sealing one large package (the weights are a hole, so that no disk is filled; reading it gives zeros).</summary>
internal static class SealingMemory
{
    /// <summary>Seals and reads the process's own high-water mark.</summary>
    public static async Task<int> RunAsync(long mebibytes)
    {
        using var work = new TemporaryDirectory();
        BenchmarkPackage.Write(work["package"], mebibytes << 20, random: false);
        var before = HighWaterKilobytes();
        using var record = BenchmarkPackage.Record(work["package"]);
        await BenchmarkPackage.SealAsync(work["package"], record, work["large.tsealed"]);
        Console.WriteLine(Figures.Format($"sealed {new FileInfo(work["large.tsealed"]).Length / (double)(1 << 20):0} MiB; peak resident {HighWaterKilobytes() / 1024.0:0} MiB, {before / 1024.0:0} MiB of it before sealing began"));
        return 0;
    }

    private static long HighWaterKilobytes() => long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
