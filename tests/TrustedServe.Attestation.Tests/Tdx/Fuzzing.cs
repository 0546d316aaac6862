using System.Diagnostics;

namespace TrustedServe.Attestation.Tests.Tdx;

/// <summary>Feeds mutated inputs to a parser: how many is a setting, and what was found is told.</summary>
internal static class Fuzzing
{
    /// <summary>Inputs for each parser: the number in TRUSTEDSERVE_FUZZ, or 2,000.</summary>
    public static int Count { get; } = int.TryParse(Environment.GetEnvironmentVariable("TRUSTEDSERVE_FUZZ"), out var count) ? count : 2_000;

    /// <summary>
    /// Mutates the seeds and runs the parser on each result; it must return or throw what it documents, and allocate at most
    /// <paramref name="bytesPerByte"/> times the input's length and <paramref name="constant"/> bytes.
    /// </summary>
    public static void Run(string name, IReadOnlyList<byte[]> seeds, Func<byte[], bool> accepts, double bytesPerByte, long constant)
    {
        // A fixed seed: a failure is seen again, and its number says where.
        var random = new Random(20_260);
        long slowest = 0, worst = 0;
        int slowestLength = 0, accepted = 0;
        foreach (var seed in seeds)
        {
            accepts(seed);
        }

        for (var i = 0; i < Count; i++)
        {
            var input = Mutate(random, seeds);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            try
            {
                accepted += accepts(input) ? 1 : 0;
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"{name}: input {i} of {input.Length} bytes: {Convert.ToHexString(input.AsSpan(0, Math.Min(2048, input.Length)))}", exception);
            }

            var elapsed = Stopwatch.GetTimestamp() - start;
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

            // Slow once may be the machine's doing; slow four times is the input's.
            for (var again = 0; again < 3 && elapsed > slowest; again++)
            {
                start = Stopwatch.GetTimestamp();
                accepts(input);
                elapsed = Math.Min(elapsed, Stopwatch.GetTimestamp() - start);
            }

            (slowest, slowestLength) = elapsed > slowest ? (elapsed, input.Length) : (slowest, slowestLength);
            var over = allocated - (long)(bytesPerByte * input.Length);
            worst = Math.Max(worst, over);
            Assert.True(over <= constant, $"{name}: input {i} of {input.Length} bytes allocated {allocated}: {Convert.ToHexString(input.AsSpan(0, Math.Min(2048, input.Length)))}");
        }

        TestContext.Current.SendDiagnosticMessage(
            "{0}: {1} inputs, {2} accepted, slowest {3:F2} ms ({4} bytes), worst allocation {5} bytes over {6} times the input",
            name, Count, accepted, Stopwatch.GetElapsedTime(0, slowest).TotalMilliseconds, slowestLength, worst, bytesPerByte);
    }

    private static byte[] Mutate(Random random, IReadOnlyList<byte[]> seeds)
    {
        var input = new List<byte>(seeds[random.Next(seeds.Count)]);
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var at = input.Count == 0 ? 0 : random.Next(input.Count);
            switch (random.Next(16) switch { > 8 and var flip => flip % 3, var other => other })
            {
                case 0 when input.Count > 0:
                    input[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when input.Count > 0:
                    input[at] = (byte)random.Next(256);
                    break;
                case 2 when input.Count > 0:
                    input[at] = random.Next(2) == 0 ? (byte)0xff : (byte)0;
                    break;
                case 3:
                    input.RemoveRange(at, Math.Min(input.Count - at, random.Next(1, 65)));
                    break;
                case 4:
                    var extra = new byte[random.Next(1, 33)];
                    random.NextBytes(extra);
                    input.InsertRange(at, extra);
                    break;
                case 8:
                    input.RemoveRange(at, input.Count - at);
                    break;
                case 5 or 6 when input.Count is > 0 and < 65_536:
                    input.InsertRange(at, input.GetRange(at, Math.Min(input.Count - at, random.Next(1, 257))));
                    break;
                case 7 when input.Count >= 4:
                    at = Math.Min(at, input.Count - 4);
                    var length = BitConverter.GetBytes(random.Next(4) switch { 0 => uint.MaxValue, 1 => int.MaxValue, 2 => (uint)random.Next(1 << 20), _ => (uint)random.Next(256) });
                    for (var i = 0; i < 4; i++)
                    {
                        input[at + i] = length[i];
                    }

                    break;
            }
        }

        return [.. input];
    }
}
