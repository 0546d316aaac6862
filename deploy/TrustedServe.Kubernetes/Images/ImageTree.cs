namespace TrustedServe.Kubernetes.Images;

/// <summary>The paths of one layer in their order. Everything belongs to root, and nobody else may write.</summary>
public sealed class ImageTree
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Enterable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private readonly SortedDictionary<string, ImageEntry> entries = new(StringComparer.Ordinal);

    /// <summary>Path and entry; a directory comes before what is in it.</summary>
    public IEnumerable<KeyValuePair<string, ImageEntry>> Entries => entries;

    /// <summary>Adds a directory and those above it.</summary>
    public void AddDirectory(string path, UnixFileMode mode = Enterable)
    {
        AddParents(path);
        entries[path] = new(ImageEntryKind.Directory, mode, "");
    }

    /// <summary>Adds a file.</summary>
    public void AddFile(string path, string source, bool executable = false)
    {
        AddParents(path);
        entries.Add(path, new(ImageEntryKind.File, executable ? Enterable : Readable, source));
    }

    /// <summary>Adds a symbolic link.</summary>
    public void AddLink(string path, string target)
    {
        AddParents(path);
        entries.Add(path, new(ImageEntryKind.Link, Enterable, target));
    }

    private void AddParents(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            entries.TryAdd(path[..slash], new(ImageEntryKind.Directory, Enterable, ""));
        }
    }
}
