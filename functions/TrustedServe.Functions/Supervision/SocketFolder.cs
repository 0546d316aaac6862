using TrustedServe.Protocol.Calls;
using TrustedServe.Protocol.Hardening;

namespace TrustedServe.Functions.Supervision;

/// <summary>The directory of mode 0700 that the workers' sockets lie in; a directory of its own making goes away with it.</summary>
internal sealed class SocketFolder : IDisposable
{
    private readonly string path;
    private readonly bool own;
    private int count;

    /// <summary>Makes the directory, or checks the one that is configured.</summary>
    /// <param name="configured">The configured path; null for a private one under the user's run-time directory.</param>
    /// <exception cref="Protocol.Errors.TsfException">TSF0005 when it is not private, TSF0008 when it cannot be made.</exception>
    public SocketFolder(string? configured)
    {
        own = configured is null;
        path = configured ?? Path.Combine(RuntimeDirectory(), $"trustedserve-{Path.GetRandomFileName()}");
        PrivateDirectory.Ensure(path);
    }

    /// <summary>A path that no worker had before: a start never meets the socket of the one before it.</summary>
    public string Next() => Path.Combine(path, $"{Environment.ProcessId}-{Interlocked.Increment(ref count)}");

    /// <summary>Removes the sockets of a worker that ended.</summary>
    public static void Remove(string socket)
    {
        File.Delete(socket);
        File.Delete(CallSocket.PathOf(socket));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (own && Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
    }

    // A socket's path may have 107 bytes, so a deep temporary directory is no place for it.
    private static string RuntimeDirectory() =>
        Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 and < 60 } directory && Directory.Exists(directory) ? directory : "/tmp";
}
