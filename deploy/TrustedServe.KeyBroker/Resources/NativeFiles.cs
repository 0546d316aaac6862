using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TrustedServe.KeyBroker.Resources;

/// <summary>What the framework does not offer about files: their owner, and making a directory's entries durable.</summary>
internal static partial class NativeFiles
{
    private const int EmptyPath = 0x1000;
    private const uint WantUid = 0x8;
    private const int DirectoryOnly = 0x10000 | 0x80000;

    /// <summary>The user that this process acts as.</summary>
    public static uint CurrentUser => EffectiveUser();

    /// <summary>The user that an open file belongs to.</summary>
    public static uint OwnerOf(SafeFileHandle handle)
    {
        if (Statx(handle, "", EmptyPath, WantUid, out var status) != 0)
        {
            throw new IOException("The owner of a file cannot be read.", new Win32Exception(Marshal.GetLastPInvokeError()));
        }

        return status.Uid;
    }

    /// <summary>The user that a directory belongs to.</summary>
    public static uint OwnerOfDirectory(string path)
    {
        using var handle = OpenDirectory(path);
        return OwnerOf(handle);
    }

    /// <summary>Makes renames and deletions in a directory durable.</summary>
    public static void SyncDirectory(string path)
    {
        using var handle = OpenDirectory(path);
        if (Fsync(handle) != 0)
        {
            throw new IOException($"The directory '{path}' cannot be made durable.", new Win32Exception(Marshal.GetLastPInvokeError()));
        }
    }

    private static SafeFileHandle OpenDirectory(string path)
    {
        var descriptor = Open(path, DirectoryOnly);
        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new IOException($"The directory '{path}' cannot be opened.", new Win32Exception(Marshal.GetLastPInvokeError()));
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(SafeFileHandle directory, string path, int flags, uint mask, out StatusBuffer status);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle file);

    // struct statx: the same on every architecture, 256 bytes, stx_uid at 20.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatusBuffer
    {
        [FieldOffset(20)]
        public uint Uid;
    }
}
