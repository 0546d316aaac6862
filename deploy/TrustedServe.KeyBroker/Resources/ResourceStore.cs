using TrustedServe.Attestation.Kbs;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.KeyBroker.Resources;

/// <summary>
/// The resources of a broker, encrypted at rest, one file each in the folder <c>resources</c>. Several processes may use one
/// folder at a time: every write makes or replaces a whole file in one step.
/// </summary>
public sealed class ResourceStore : IDisposable
{
    private const string Suffix = ".sealed";

    // '~' occurs in no segment of a key id, so names map one to one and never leave the folder.
    private const char Separator = '~';

    private readonly string directory;
    private readonly AtRestCipher cipher;

    private ResourceStore(string directory, AtRestCipher cipher) => (this.directory, this.cipher) = (directory, cipher);

    /// <summary>Opens a broker's folder; it and its root key are made at first use.</summary>
    /// <exception cref="TsfException">TSF3021 when other users could read the root key or exchange files; TSF0008.</exception>
    public static ResourceStore Open(string folder)
    {
        using var rootKey = RootKey.Load(folder);
        return Open(folder, rootKey);
    }

    /// <summary>Keeps a resource, in place of one of the same id; durable when it returns. The caller zeroes its own copy.</summary>
    /// <exception cref="TsfException">TSF3023 when it is empty or over 1 MiB, TSF0006, TSF0008.</exception>
    public void Put(KeyId id, ReadOnlySpan<byte> resource)
    {
        var path = PathOf(id);
        var file = Seal(id, resource);
        try
        {
            DurableFile.Write(path, file);
        }
        catch (Exception exception) when (FileErrors.IsKnown(exception))
        {
            throw FileErrors.Of(exception, path);
        }
    }

    /// <summary>As <see cref="Put"/>, but false, with nothing changed, when there is a resource of the same id.</summary>
    /// <exception cref="TsfException">As <see cref="Put"/>.</exception>
    public bool PutNew(KeyId id, ReadOnlySpan<byte> resource)
    {
        var path = PathOf(id);
        var file = Seal(id, resource);
        try
        {
            return DurableFile.TryCreate(path, file);
        }
        catch (Exception exception) when (FileErrors.IsKnown(exception))
        {
            throw FileErrors.Of(exception, path);
        }
    }

    /// <summary>Reads a resource, or gives null when there is none.</summary>
    /// <exception cref="TsfException">TSF3022 when its file was changed or exchanged; TSF0008.</exception>
    public SecretBuffer? Get(KeyId id)
    {
        var path = PathOf(id);
        byte[] file;
        try
        {
            using var handle = File.OpenHandle(path);
            var length = RandomAccess.GetLength(handle);
            if (length > KbsProtocol.MaxResourceBytes + AtRestCipher.Overhead)
            {
                throw TsfErrors.ResourceDamaged.With($"The file of '{id.Path}' is longer than any resource.");
            }

            file = new byte[length];
            var read = RandomAccess.Read(handle, file, 0);
            if (read != length)
            {
                throw TsfErrors.ResourceDamaged.With($"The file of '{id.Path}' became shorter while it was read.");
            }
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (FileErrors.IsKnown(exception))
        {
            throw FileErrors.Of(exception, path);
        }

        return cipher.Open(id.Path, file);
    }

    /// <summary>Removes a resource; false when there was none.</summary>
    /// <exception cref="TsfException">TSF0008.</exception>
    public bool Delete(KeyId id)
    {
        var path = PathOf(id);
        try
        {
            var existed = File.Exists(path);
            File.Delete(path);
            NativeFiles.SyncDirectory(directory);
            return existed;
        }
        catch (Exception exception) when (FileErrors.IsKnown(exception))
        {
            throw FileErrors.Of(exception, path);
        }
    }

    /// <summary>The ids of all resources, sorted. Files that are not resources are passed over.</summary>
    /// <exception cref="TsfException">TSF0008.</exception>
    public IReadOnlyList<KeyId> List()
    {
        try
        {
            return [.. Directory.EnumerateFiles(directory, $"*{Suffix}")
                .Select(path => IdOf(Path.GetFileName(path)))
                .OfType<KeyId>()
                .OrderBy(id => id.Path, StringComparer.Ordinal)];
        }
        catch (Exception exception) when (FileErrors.IsKnown(exception))
        {
            throw FileErrors.Of(exception, directory);
        }
    }

    /// <summary>Zeroes the keys.</summary>
    public void Dispose() => cipher.Dispose();

    internal static ResourceStore Open(string folder, SecretBuffer rootKey)
    {
        var directory = Path.Combine(folder, "resources");
        try
        {
            DurableFile.MakeFolder(directory);
            DurableFile.Sweep(directory, TimeProvider.System);
        }
        catch (Exception exception) when (FileErrors.IsKnown(exception))
        {
            throw FileErrors.Of(exception, directory);
        }

        return new ResourceStore(directory, new AtRestCipher(rootKey, "resources"));
    }

    private static KeyId? IdOf(string fileName)
    {
        try
        {
            return KeyId.Parse($"kbs:///{fileName[..^Suffix.Length].Replace(Separator, '/')}");
        }
        catch (TsfException)
        {
            return null;
        }
    }

    private byte[] Seal(KeyId id, ReadOnlySpan<byte> resource) => resource.Length is > 0 and <= KbsProtocol.MaxResourceBytes
        ? cipher.Seal(id.Path, resource)
        : throw TsfErrors.ResourceTooLarge.With($"A resource has 1 to {KbsProtocol.MaxResourceBytes} bytes; this one has {resource.Length}.");

    private string PathOf(KeyId id) => Path.Combine(directory, $"{id.Repository}{Separator}{id.Type}{Separator}{id.Tag}{Suffix}");
}
