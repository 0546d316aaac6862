using Microsoft.Win32.SafeHandles;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Files;

/// <summary>Files that are there whole or not at all: written beside their place, flushed to the disk, then renamed.</summary>
internal static class NewFile
{
    public static void Write(string path, bool overwrite, long size, Action<SafeFileHandle> write) =>
        WriteAsync(path, overwrite, size, handle =>
        {
            write(handle);
            return Task.CompletedTask;
        }).GetAwaiter().GetResult();

    public static async Task WriteAsync(string path, bool overwrite, long size, Func<SafeFileHandle, Task> write)
    {
        RequireFree(path, overwrite);
        var temporary = TemporaryFor(path);
        try
        {
            using (var handle = SafeFiles.CreateNew(temporary, size))
            {
                await write(handle).ConfigureAwait(false);
                SafeFiles.Guard(temporary, () => RandomAccess.FlushToDisk(handle));
            }

            RequireFree(path, overwrite);
            SafeFiles.Guard(path, () => File.Move(temporary, path, overwrite));
        }
        finally
        {
            SafeFiles.TryDelete(temporary);
        }
    }

    /// <summary>A name in the same directory, so that the rename stays on one file system.</summary>
    private static string TemporaryFor(string path)
    {
        var full = Path.GetFullPath(path);
        return Path.Combine(Path.GetDirectoryName(full) ?? full, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
    }

    private static void RequireFree(string path, bool overwrite)
    {
        if (Directory.Exists(path) || (!overwrite && Path.Exists(path)))
        {
            throw TsfErrors.TargetNotEmpty.With($"{path} is there already.");
        }
    }
}
