namespace TrustedServe.Testing;

/// <summary>A directory of mode 0700 that is gone after the test.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Creates it.</summary>
    public TemporaryDirectory()
        : this(Directory.CreateTempSubdirectory("tsf-").FullName)
    {
    }

    private TemporaryDirectory(string path) => Path = path;

    /// <summary>Its path.</summary>
    public string Path { get; }

    /// <summary>A path inside it.</summary>
    public string this[params string[] segments] => System.IO.Path.Combine([Path, .. segments]);

    /// <summary>Creates one on a file system that lives in memory.</summary>
    public static TemporaryDirectory InMemory() => new(Directory.CreateDirectory(
        $"/dev/shm/tsf-{Guid.NewGuid():N}", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName);

    /// <summary>Removes it with all that lies in it.</summary>
    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
