using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TrustedServe.Protocol.Hardening;

/// <summary>The system calls that process hygiene and the call socket need and the framework does not offer.</summary>
internal static unsafe partial class LibC
{
    internal const int SetDumpable = 4;
    internal const int GetDumpable = 3;
    internal const int CoreLimit = 4;
    internal const int CurrentDirectory = -100;
    internal const int NoFollow = 0x100;
    internal const uint StatxBasic = 0x7ff;
    internal const int OpenDirectory = 0x10000;
    internal const int OpenDirectoryArm64 = 0x4000;
    internal const int CloseOnExec = 0x80000;
    internal const int LockExclusiveNow = 2 | 4;
    internal const int DoNotWait = 0x40;
    internal const int NoSignal = 0x4000;
    internal const int Interrupted = 4;
    internal const int TryAgain = 11;

    /// <summary>A soft and a hard limit.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Limit
    {
        internal ulong Soft;
        internal ulong Hard;
    }

    /// <summary>The first fields of <c>struct statx</c>, which are alike on every architecture; the rest is padding.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    internal struct FileStatus
    {
        [FieldOffset(20)]
        internal uint Owner;

        [FieldOffset(28)]
        internal ushort Mode;
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    internal static partial int Prctl(int option, nuint argument2, nuint argument3, nuint argument4, nuint argument5);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    internal static partial int SetLimit(int resource, in Limit limit);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    internal static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "umask")]
    internal static partial uint Umask(uint mask);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    internal static partial uint EffectiveUser();

    // struct statfs differs in size between architectures, f_type is its first word on all of them.
    [LibraryImport("libc", EntryPoint = "statfs", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int FileSystemStatus(string path, byte* buffer);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Status(int directory, string path, int flags, uint mask, out FileStatus status);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial SafeFileHandle Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    internal static partial int Lock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    internal static partial nint Send(SafeSocketHandle socket, byte* bytes, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Execute(string path, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "_exit")]
    internal static partial void ExitNow(int status);
}
