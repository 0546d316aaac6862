using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TrustedServe.KeyBroker.Resources;

/// <summary>
/// What the framework does not offer about files: their owner, making a directory's entries durable, a lock that is waited for, and a
/// name that is given only where it is free.
/// </summary>
internal static partial class NativeFiles
{
    private const int EmptyPath = 0x1000;
    private const uint WantUid = 0x8;
    private const int DirectoryOnly = 0x10000 | CloseOnExec;
    private const int CloseOnExec = 0x80000;
    private const int ReadWriteOrCreate = 0x2 | 0x40;
    private const int ExclusiveLock = 2;
    private const int Interrupted = 4;
    private const int NameTaken = 17;

    /// <summary>The user that this process acts as.</summary>
    public static uint CurrentUser => EffectiveUser();

    /// <summary>The user that an open file belongs to.</summary>
    public static uint OwnerOf(SafeFileHandle handle) =>
        Statx(handle, "", EmptyPath, WantUid, out var status) == 0 ? status.Uid : throw Failed("The owner of a file cannot be read.");

    /// <summary>The user that a directory belongs to.</summary>
    public static uint OwnerOfDirectory(string path)
    {
        using var handle = OpenOrThrow(path, DirectoryOnly);
        return OwnerOf(handle);
    }

    /// <summary>Makes renames and deletions in a directory durable.</summary>
    public static void SyncDirectory(string path)
    {
        using var handle = OpenOrThrow(path, DirectoryOnly);
        if (Fsync(handle) != 0)
        {
            throw Failed($"The directory '{path}' cannot be made durable.");
        }
    }

    /// <summary>
    /// Waits for the lock of a file that nobody else may hold meanwhile, in this process or another; it is made when it is missing.
    /// Whoever disposes of the handle, or ends, gives the lock back.
    /// </summary>
    public static SafeFileHandle Lock(string path)
    {
        var handle = OpenOrThrow(path, ReadWriteOrCreate | CloseOnExec);
        while (Flock(handle, ExclusiveLock) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                var failure = Failed($"The file '{path}' cannot be locked.");
                handle.Dispose();
                throw failure;
            }
        }

        return handle;
    }

    /// <summary>Gives a file a second name; false when there is something of that name.</summary>
    public static bool TryLink(string path, string name) =>
        Link(path, name) == 0 || (Marshal.GetLastPInvokeError() == NameTaken ? false : throw Failed($"The file '{name}' cannot be made."));

    private static SafeFileHandle OpenOrThrow(string path, int flags)
    {
        var descriptor = Open(path, flags, (int)DurableFile.OwnerOnly);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failed($"'{path}' cannot be opened.");
    }

    // The error's number stands where the framework's own exceptions have it.
    private static IOException Failed(string message)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{message} {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(SafeFileHandle directory, string path, int flags, uint mask, out StatusBuffer status);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);

    // struct statx: the same on every architecture, 256 bytes, stx_uid at 20.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatusBuffer
    {
        [FieldOffset(20)]
        public uint Uid;
    }
}
