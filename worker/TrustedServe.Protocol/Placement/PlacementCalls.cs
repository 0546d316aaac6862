using System.Runtime.InteropServices;

namespace TrustedServe.Protocol.Placement;

/// <summary>The C library's side of <see cref="LinuxSystemCalls"/>.</summary>
internal static unsafe partial class PlacementCalls
{
    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    internal static partial int SetAffinity(int thread, nuint bytes, ulong* mask);

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    internal static partial int GetAffinity(int thread, nuint bytes, ulong* mask);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    internal static partial nint Call(nint number, nint argument1, nint argument2, nint argument3, nint argument4, nint argument5, nint argument6);
}
