using System.Runtime.InteropServices;

namespace TrustedServe.Attestation.Tests.Tdx;

/// <summary>The processor time of the calling thread: a measure that other programs on the machine change little.</summary>
internal static partial class ThreadCpuTime
{
    private const int ThreadClock = 3;

    /// <summary>Nanoseconds that this thread has run.</summary>
    public static long Now => GetTime(ThreadClock, out var time) == 0 ? (time.Seconds * 1_000_000_000) + time.Nanoseconds : throw new InvalidOperationException("The thread's clock cannot be read.");

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpec time);

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
