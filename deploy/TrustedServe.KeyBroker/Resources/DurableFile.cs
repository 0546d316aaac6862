namespace TrustedServe.KeyBroker.Resources;

/// <summary>Files that are there whole or not at all, also after a power cut and with several writers.</summary>
internal static class DurableFile
{
    /// <summary>Mode of every file here: read and written by the owner alone.</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const string TemporarySuffix = ".tmp";

    /// <summary>
    /// Writes a file: 1 under a temporary name, 2 flushed to the disk, 3 renamed (which replaces in one step), 4 the directory
    /// flushed too.
    /// </summary>
    /// <exception cref="IOException">Among others when the file exists and <paramref name="replace"/> is false.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, bool replace)
    {
        var directory = Path.GetDirectoryName(path)!;
        var temporary = Path.Combine(directory, $".{Guid.NewGuid():N}{TemporarySuffix}");
        try
        {
            // The file stays open, and thereby locked, over the rename: whoever sweeps leftovers sees that it is in use.
            using var stream = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
                UnixCreateMode = OwnerOnly,
                BufferSize = 0,
            });
            stream.Write(content);
            stream.Flush(flushToDisk: true);
            File.Move(temporary, path, replace);
            NativeFiles.SyncDirectory(directory);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Removes what writers that were killed left behind; files that are being written are left alone.</summary>
    public static void Sweep(string directory)
    {
        foreach (var path in Directory.EnumerateFiles(directory, $".*{TemporarySuffix}"))
        {
            try
            {
                using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
                {
                    File.Delete(path);
                }
            }
            catch (IOException)
            {
                // In use, or just renamed: not a leftover.
            }
        }
    }
}
