using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Protocol.Hardening;

/// <summary>
/// A private directory for plaintext on a file system that lives in memory. It is locked for the life of the process: the
/// kernel drops the lock when the process ends, however it ends, and the next start of the same program sweeps what nobody holds.
/// </summary>
public sealed class MemoryBackedDirectory : IDisposable
{
    private const uint Tmpfs = 0x01021994;
    private const uint Ramfs = 0x858458f6;
    private const int RemoveAttempts = 20;
    private static readonly TimeSpan RemovePause = TimeSpan.FromMilliseconds(25);
    private readonly SafeFileHandle handle;

    private MemoryBackedDirectory(string path, SafeFileHandle handle) => (Path, this.handle) = (path, handle);

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Sweeps the leftovers of processes that are gone and makes a new directory.</summary>
    /// <param name="root">Where to make it; must be a tmpfs or ramfs.</param>
    /// <param name="prefix">What the names of this program's directories begin with.</param>
    /// <param name="insecureAllowSwap">Development only: go on although swap is on.</param>
    /// <exception cref="TsfException">TSF0005 when the root is not in memory or swap is on; TSF0006, TSF0008 when it cannot be written.</exception>
    public static MemoryBackedDirectory Create(string root, string prefix, bool insecureAllowSwap)
    {
        CheckFileSystem(root);
        if (!insecureAllowSwap)
        {
            CheckSwap("/proc/swaps");
        }

        Sweep(root, prefix);
        while (true)
        {
            var path = System.IO.Path.Combine(root, prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));
            PrivateDirectory.Make(path);

            // A sweeper can come between making and locking; then either the lock or the directory is missing here, and another name is tried.
            if (TryLock(path) is { } handle)
            {
                if (Directory.Exists(path))
                {
                    PrivateDirectory.Check(path);
                    return new MemoryBackedDirectory(path, handle);
                }

                handle.Dispose();
            }
        }
    }

    /// <summary>Removes everything inside. Files that are mapped stay with those who mapped them, without a name.</summary>
    public void Clear()
    {
        foreach (var entry in new DirectoryInfo(Path).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo directory && directory.LinkTarget is null)
            {
                directory.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
    }

    /// <summary>Removes the directory with all that lies in it.</summary>
    public void Dispose()
    {
        if (!handle.IsClosed)
        {
            Remove(Path);
            handle.Dispose();
        }
    }

    /// <summary>Refuses a list of swap areas that is not empty.</summary>
    internal static void CheckSwap(string listPath)
    {
        // The first line is the heading. A kernel without swap has no such file.
        var areas = File.Exists(listPath) ? File.ReadLines(listPath).Skip(1).Count(line => line.Length > 0) : 0;
        if (areas > 0)
        {
            throw TsfErrors.UnprotectedMemory.With($"Swap is on ({areas} area(s)): plaintext in memory could be written to a disk.");
        }
    }

    private static unsafe void CheckFileSystem(string root)
    {
        var buffer = stackalloc byte[512];
        if (LibC.FileSystemStatus(root, buffer) != 0)
        {
            throw TsfErrors.FileUnreadable.With($"The directory {root} cannot be looked at: statfs gave error {Marshal.GetLastPInvokeError()}.");
        }

        var type = (uint)*(nuint*)buffer;
        if (type is not (Tmpfs or Ramfs))
        {
            throw TsfErrors.UnprotectedMemory.With($"The directory {root} is not on a memory-backed file system (type 0x{type:x}); a tmpfs is needed.");
        }
    }

    private static void Sweep(string root, string prefix)
    {
        foreach (var path in Directory.EnumerateDirectories(root, prefix + "*", new EnumerationOptions { IgnoreInaccessible = true }))
        {
            if (IsOwn(path) && TryLock(path) is { } handle)
            {
                Remove(path);
                handle.Dispose();
            }
        }
    }

    private static bool IsOwn(string path) =>
        LibC.Status(LibC.CurrentDirectory, path, LibC.NoFollow, LibC.StatxBasic, out var status) == 0
        && status.Owner == LibC.EffectiveUser()
        && new DirectoryInfo(path).LinkTarget is null;

    private static void Remove(string path)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                Directory.Delete(path, recursive: true);
                return;
            }
            catch (DirectoryNotFoundException)
            {
                // Another process swept it first; gone is what was wanted.
                return;
            }
            catch (IOException) when (attempt < RemoveAttempts)
            {
                // A thread of this process was creating files meanwhile: they end with the directory or before it.
                Thread.Sleep(RemovePause);
            }
        }
    }

    private static SafeFileHandle? TryLock(string path)
    {
        var directoryFlag = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? LibC.OpenDirectoryArm64 : LibC.OpenDirectory;
        var handle = LibC.Open(path, directoryFlag | LibC.CloseOnExec, 0);
        if (!handle.IsInvalid && LibC.Lock(handle, LibC.LockExclusiveNow) == 0)
        {
            return handle;
        }

        handle.Dispose();
        return null;
    }
}
