namespace TrustedServe.KeyBroker.Resources;

/// <summary>Files that are there whole or not at all, also after a power cut and with several writers.</summary>
internal static class DurableFile
{
    /// <summary>Mode of every file here: read and written by the owner alone.</summary>
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const string TemporarySuffix = ".tmp";

    private static readonly TimeSpan LeftoverAge = TimeSpan.FromHours(1);

    /// <summary>
    /// Writes a file: 1 under a temporary name, 2 flushed to the disk, 3 renamed (which replaces in one step), 4 the directory
    /// flushed too.
    /// </summary>
    public static void Write(string path, ReadOnlySpan<byte> content) =>
        Place(path, content, temporary => File.Move(temporary, path, overwrite: true));

    /// <summary>
    /// As <see cref="Write"/>, but false, with nothing changed, when there is something of that name: step 3 links, since the
    /// framework's move looks first and then replaces what came in between.
    /// </summary>
    public static bool TryCreate(string path, ReadOnlySpan<byte> content)
    {
        var created = false;
        Place(path, content, temporary => created = NativeFiles.TryLink(temporary, path));
        return created;
    }

    /// <summary>Makes a folder for the owner alone where it is missing; it is on the disk when this returns.</summary>
    public static void MakeFolder(string path)
    {
        var parents = new List<string>();
        for (var missing = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)); !Directory.Exists(missing); missing = parents[^1])
        {
            parents.Add(Path.GetDirectoryName(missing)!);
        }

        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        parents.ForEach(NativeFiles.SyncDirectory);
    }

    /// <summary>Removes what writers that were killed left behind: temporary files older than any write takes.</summary>
    public static void Sweep(string directory, TimeProvider time)
    {
        foreach (var path in Directory.EnumerateFiles(directory, $".*{TemporarySuffix}"))
        {
            if (time.GetUtcNow() - File.GetLastWriteTimeUtc(path) > LeftoverAge)
            {
                File.Delete(path);
            }
        }
    }

    private static void Place(string path, ReadOnlySpan<byte> content, Action<string> place)
    {
        var directory = Path.GetDirectoryName(path)!;
        var temporary = Path.Combine(directory, $".{Guid.NewGuid():N}{TemporarySuffix}");
        try
        {
            using (var stream = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
                UnixCreateMode = OwnerOnly,
                BufferSize = 0,
            }))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            // Closed before it gets its name: a lock on it would turn readers of the new file away.
            place(temporary);
        }
        finally
        {
            File.Delete(temporary);
        }

        NativeFiles.SyncDirectory(directory);
    }
}
