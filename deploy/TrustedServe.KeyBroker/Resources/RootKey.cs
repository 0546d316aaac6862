using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.KeyBroker.Resources;

/// <summary>The key that everything in a broker's folder is encrypted under: 32 random bytes in <c>root.key</c>.</summary>
internal static class RootKey
{
    private const string FileName = "root.key";
    private const int KeyBytes = 32;
    private const UnixFileMode OthersMayWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Makes the folder (0700) and the key where they are missing, and reads the key.</summary>
    /// <exception cref="TsfException">TSF3021 when other users could read the key or exchange files.</exception>
    public static SecretBuffer Load(string folder)
    {
        try
        {
            DurableFile.MakeFolder(folder);
            if ((File.GetUnixFileMode(folder) & OthersMayWrite) != 0 || NativeFiles.OwnerOfDirectory(folder) != NativeFiles.CurrentUser)
            {
                throw TsfErrors.UnsafeKeyFile.With($"Other users can write in the folder '{folder}', or it belongs to another user.");
            }

            DurableFile.Sweep(folder, TimeProvider.System);
            var path = Path.Combine(folder, FileName);
            if (!Path.Exists(path))
            {
                Create(path);
            }

            return Read(path);
        }
        catch (Exception exception) when (FileErrors.IsKnown(exception))
        {
            throw FileErrors.Of(exception, folder);
        }
    }

    private static void Create(string path)
    {
        using var key = SecretBuffer.Random(KeyBytes);

        // Where it is not created, another process was first; its key is the one.
        DurableFile.TryCreate(path, key.Span);
    }

    private static SecretBuffer Read(string path)
    {
        if (new FileInfo(path).LinkTarget is not null)
        {
            throw TsfErrors.UnsafeKeyFile.With($"'{path}' is a link; the root key must be a file of its own.");
        }

        // Mode and owner are taken from the open file, so that it cannot be exchanged in between.
        using var handle = File.OpenHandle(path);
        var mode = File.GetUnixFileMode(handle);
        if ((mode & ~DurableFile.OwnerOnly) != 0)
        {
            throw TsfErrors.UnsafeKeyFile.With($"'{path}' has mode 0{Convert.ToString((int)mode, 8)}; it must be 0600.");
        }

        if (NativeFiles.OwnerOf(handle) != NativeFiles.CurrentUser)
        {
            throw TsfErrors.UnsafeKeyFile.With($"'{path}' belongs to another user than the one that runs this program.");
        }

        var key = new SecretBuffer(KeyBytes);
        if (RandomAccess.GetLength(handle) != KeyBytes || RandomAccess.Read(handle, key.Span, 0) != KeyBytes)
        {
            key.Dispose();
            throw TsfErrors.ResourceDamaged.With($"'{path}' does not hold {KeyBytes} bytes.");
        }

        return key;
    }
}
