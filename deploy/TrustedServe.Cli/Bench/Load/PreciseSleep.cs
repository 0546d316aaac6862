using System.Runtime.InteropServices;

namespace TrustedServe.Cli.Bench.Load;

/// <summary>Sleeping to within some tens of microseconds: <see cref="Thread.Sleep(int)"/> knows only milliseconds, and spinning would take the server's cores.</summary>
internal static class PreciseSleep
{
    // Short enough to see soon that the run was cancelled.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

    /// <summary>Sleeps, or returns early when the time is long.</summary>
    public static void For(TimeSpan time)
    {
        var request = new TimeSpec { Nanoseconds = (nint)(Math.Min(time.TotalMicroseconds, Longest.TotalMicroseconds) * 1000) };
        if (request.Nanoseconds > 0)
        {
            // A signal may end it early; the caller looks at the clock anyway.
            _ = NanoSleep(in request, 0);
        }
    }

    [DllImport("libc", EntryPoint = "nanosleep")]
    private static extern int NanoSleep(in TimeSpec request, nint remaining);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
