using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Packaging.Stores;

namespace TrustedServe.Benchmarks;

/// <summary>Sealing and unsealing beside the least work that could be done: AES-GCM over the same bytes and a write to tmpfs, on all cores.</summary>
internal static class SealingFigures
{
    private const int DefaultRounds = 5;
    private const int Segment = 1 << 20;

    /// <summary>Measures and prints.</summary>
    public static async Task<int> RunAsync(int mebibytes)
    {
        var rounds = await MeasureAsync(mebibytes, DefaultRounds);
        Console.WriteLine(Figures.Format($"{mebibytes} MiB, {Environment.ProcessorCount} cores, tmpfs, medians of {DefaultRounds} interleaved rounds; in brackets by processor time, which other work on the machine disturbs less"));
        Print("decrypt and write, nothing around it", rounds.Floor);
        Print("the same and SHA-256 of the plaintext", rounds.FloorAndDigests);
        Print("unseal (with every digest checked)", rounds.Unseal);
        Print("seal (reading, digests, encrypting, writing)", rounds.Seal);
        return 0;

        void Print(string name, IReadOnlyList<SealingCost> costs) => Console.WriteLine(Figures.Format(
            $"{name,-46} {rounds.Bytes / Median(costs, cost => cost.Seconds) / 1e9,6:0.00} GB/s  {Ratio(costs, cost => cost.Seconds),5:P0} of the first   ({Median(costs, cost => cost.ProcessorSeconds) / rounds.Bytes * 1e9:0.00} s/GB, {Ratio(costs, cost => cost.ProcessorSeconds):P0})"));

        double Ratio(IReadOnlyList<SealingCost> costs, Func<SealingCost, double> of) => Figures.Median(rounds.Shares(costs, of));

        static double Median(IReadOnlyList<SealingCost> costs, Func<SealingCost, double> of) => Figures.Median(costs.Select(of));
    }

    /// <summary>Interleaved rounds of each.</summary>
    public static async Task<SealingRounds> MeasureAsync(int mebibytes, int rounds)
    {
        var work = Directory.CreateDirectory($"/dev/shm/tsf-bench-{Environment.ProcessId}").FullName;
        try
        {
            var package = Path.Combine(work, "package");
            var sealedFile = Path.Combine(work, "large.tsealed");
            var bytes = (long)mebibytes << 20;
            BenchmarkPackage.Write(package, bytes, random: true);
            using var record = BenchmarkPackage.Record(package);
            var target = Path.Combine(work, "target");
            var (seal, unseal, floor, digests) = (new List<SealingCost>(), new List<SealingCost>(), new List<SealingCost>(), new List<SealingCost>());
            for (var round = 0; round < rounds; round++)
            {
                await Measure(seal, () => BenchmarkPackage.SealAsync(package, record, sealedFile));
                await Measure(floor, () => FloorAsync(target, sealedFile, bytes, hash: false));
                await Measure(unseal, () => UnsealAsync(target, sealedFile, record));
                await Measure(digests, () => FloorAsync(target, sealedFile, bytes, hash: true));
            }

            Task Measure(List<SealingCost> costs, Func<Task> action)
            {
                TouchMemory(Path.Combine(work, "touched"), bytes);
                return MeasureAsync(costs, target, action);
            }

            return new SealingRounds(bytes, floor, digests, unseal, seal);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>Runs into a fresh target; making room again is not part of the time.</summary>
    private static async Task MeasureAsync(List<SealingCost> costs, string target, Func<Task> action)
    {
        var before = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        await action();
        costs.Add(new SealingCost(Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - before).TotalSeconds));
        if (Directory.Exists(target))
        {
            Directory.Delete(target, recursive: true);
        }
    }

    /// <summary>
    /// Writes as much as a run will and deletes it. A virtual machine gives pages that lay free for seconds back to its host, and
    /// whoever touches them next waits for them; so that this is none of those that are compared, it is this one.
    /// </summary>
    private static void TouchMemory(string path, long bytes)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, options: FileOptions.DeleteOnClose);
        var zeros = new byte[Segment];
        for (long at = 0; at < bytes; at += Segment)
        {
            RandomAccess.Write(file, zeros, at);
        }
    }

    private static async Task UnsealAsync(string target, string sealedFile, Packaging.Keys.KeyRecord record)
    {
        await using var source = ModelStores.OpenFile(sealedFile);
        await (await SealedPackage.OpenAsync(source, CancellationToken.None)).UnsealAsync(record, target, Environment.ProcessorCount, null, CancellationToken.None);
    }

    /// <summary>Decrypts segment after segment out of the sealed file's bytes and writes each where it belongs.</summary>
    private static Task FloorAsync(string directory, string sealedFile, long bytes, bool hash)
    {
        var key = new byte[32];
        var nonce = new byte[12];
        var sealedSegment = new byte[Segment];
        var tag = new byte[16];
        using (var aes = new AesGcm(key, 16))
        {
            aes.Encrypt(nonce, new byte[Segment], sealedSegment, tag);
        }

        Directory.CreateDirectory(directory);

        // Without setting space aside: on tmpfs that would touch every page twice and flatter what is compared with it.
        using (var source = File.OpenHandle(sealedFile))
        using (var target = File.OpenHandle(Path.Combine(directory, "floor"), FileMode.Create, FileAccess.Write))
        {
            var next = -1L;
            var threads = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() => Work(source, target, bytes, hash, key, nonce, sealedSegment, tag, ref next))).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
        }

        return Task.CompletedTask;
    }

    private static void Work(SafeFileHandle source, SafeFileHandle target, long bytes, bool hash, byte[] key, byte[] nonce, byte[] sealedSegment, byte[] tag, ref long next)
    {
        using var aes = new AesGcm(key, 16);
        var read = new byte[Segment];
        var plain = new byte[Segment];
        while (Interlocked.Increment(ref next) is var segment && segment * Segment < bytes)
        {
            // The bytes read have other keys; a ciphertext of ours costs the same to decrypt.
            RandomAccess.Read(source, read, segment * Segment);
            aes.Decrypt(nonce, sealedSegment, tag, plain);
            if (hash)
            {
                SHA256.HashData(plain);
            }

            RandomAccess.Write(target, plain, segment * Segment);
        }
    }
}
