using System.Runtime.InteropServices;

namespace TrustedServe.Worker.Lanes;

/// <summary>Which cores this process may use, and keeping a thread on one of them.</summary>
internal static unsafe partial class CpuAffinity
{
    // 8192 cores: more than any kernel is built for.
    private const int MaskBytes = 1024;
    private const int MaskWords = MaskBytes / sizeof(ulong);

    /// <summary>The cores that the calling thread may run on; without an answer from the kernel, as many as the runtime counts.</summary>
    public static int[] AllowedCores()
    {
        var mask = stackalloc ulong[MaskWords];
        if (GetAffinity(0, MaskBytes, mask) != 0)
        {
            return [.. Enumerable.Range(0, Environment.ProcessorCount)];
        }

        var cores = new List<int>();
        for (var core = 0; core < MaskBytes * 8; core++)
        {
            if ((mask[core / 64] >> (core % 64) & 1) != 0)
            {
                cores.Add(core);
            }
        }

        return [.. cores];
    }

    /// <summary>Pins the calling thread.</summary>
    /// <returns>0, or the error of the system (EPERM and ENOSYS are ordinary answers of sandboxes).</returns>
    public static int Pin(int core)
    {
        var mask = stackalloc ulong[MaskWords];
        new Span<ulong>(mask, MaskWords).Clear();
        mask[core / 64] = 1UL << (core % 64);
        return SetAffinity(0, MaskBytes, mask) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    private static partial int GetAffinity(int thread, nuint bytes, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    private static partial int SetAffinity(int thread, nuint bytes, ulong* mask);
}
