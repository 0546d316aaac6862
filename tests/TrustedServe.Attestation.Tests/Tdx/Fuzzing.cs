using System.Globalization;
using System.Security.Cryptography;
using CsCheck;
using TrustedServe.Attestation.Tests.Tdx.Synthetic;

namespace TrustedServe.Attestation.Tests.Tdx;

/// <summary>
/// Feeds spoilt inputs to a parser, which must give a verdict, within bounds on memory and work that are multiples of the input's
/// length. A failure is shrunk, and told with the seed that <c>CsCheck_Seed</c> takes to see it again. <c>TRUSTEDSERVE_FUZZ=n</c>
/// runs n inputs of each kind instead of a few seconds' worth.
/// </summary>
internal static class Fuzzing
{
    /// <summary>Bytes that could be hashed in the time that every input may take, however short: exceptions and the collector cost some milliseconds.</summary>
    private const int FixedWork = 32 << 20;

    /// <summary>Tries of an input that seems slow: slow once may be the collector's or the compiler's doing, slow every time is the input's.</summary>
    private const int Tries = 4;

    /// <summary>What a refusal costs says nothing about the length of an input that is shorter; told ratios are of longer ones.</summary>
    private const int LeastForRatio = 1_024;

    private static readonly Lazy<double> NanosecondsPerHashedByte = new(() =>
    {
        var bytes = new byte[1 << 20];
        return Enumerable.Range(0, 20).Min(_ => CpuTime(() => SHA256.HashData(bytes))) / (double)bytes.Length;
    });

    /// <summary>Whether a long run was asked for. Only then is work held to its bound: in the midst of other tests a time proves nothing.</summary>
    private static bool IsLong => Environment.GetEnvironmentVariable("TRUSTEDSERVE_FUZZ") is not null;

    /// <summary>How many inputs: those that were asked for, or a test's own share of a short run.</summary>
    public static int Count(int usual) => int.TryParse(Environment.GetEnvironmentVariable("TRUSTEDSERVE_FUZZ"), CultureInfo.InvariantCulture, out var asked) ? asked : usual;

    /// <summary>
    /// Runs a parser. <paramref name="accepts"/> returns, or the test fails; it may allocate <paramref name="fixedBytes"/> and
    /// <paramref name="bytesPerByte"/> times the input's length, and work as long as hashing (SHA-256) 32 MiB and
    /// <paramref name="hashesPerByte"/> times the input takes.
    /// </summary>
    public static void Run(string name, int usual, IReadOnlyList<byte[]> corpus, Func<byte[], bool> accepts, int bytesPerByte, int fixedBytes, int hashesPerByte = 64)
    {
        var (accepted, slowest, slowestLength, mostMemory, mostMemoryLength, mostOfShare) = (0, 0L, 0, 0L, 1, 0.0);
        foreach (var member in corpus)
        {
            accepts(member);
        }

        var count = Count(usual);
        SpoiltBytes.Of(corpus).Sample(
            input =>
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                var work = CpuTime(() => accepted += accepts(input) ? 1 : 0);
                var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                for (var again = 1; again < Tries && work > slowest; again++)
                {
                    work = Math.Min(work, CpuTime(() => accepts(input)));
                }

                if (work > slowest)
                {
                    (slowest, slowestLength) = (work, input.Length);
                }

                if (input.Length >= LeastForRatio && (double)allocated / input.Length > (double)mostMemory / mostMemoryLength)
                {
                    (mostMemory, mostMemoryLength) = (allocated, input.Length);
                }

                var allowed = fixedBytes + ((long)bytesPerByte * input.Length);
                mostOfShare = Math.Max(mostOfShare, (double)allocated / allowed);
                Assert.True(allocated <= allowed, $"{name}: {allocated} bytes allocated for {input.Length} bytes of input; {allowed} are allowed");
                Assert.True(
                    !IsLong || work <= (FixedWork + ((double)hashesPerByte * input.Length)) * NanosecondsPerHashedByte.Value,
                    $"{name}: {work} ns for {input.Length} bytes of input, {work / NanosecondsPerHashedByte.Value:f0} times what hashing a byte takes");
            },
            iter: count,
            threads: 1,
            print: input => $"{name}, {input.Length} bytes: {Convert.ToHexString(input.AsSpan(0, Math.Min(4096, input.Length)))}");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {count} inputs, {accepted} accepted, slowest {slowest / 1e6:f2} ms of CPU ({slowestLength} bytes), from 1 KiB most memory ÷ length {(double)mostMemory / mostMemoryLength:f1} ({mostMemory} for {mostMemoryLength} bytes), at most {mostOfShare:p0} of the memory allowed"));
    }

    private static long CpuTime(Action action)
    {
        var started = ThreadCpuTime.Now;
        action();
        return ThreadCpuTime.Now - started;
    }
}
