using System.Security.Cryptography;
using System.Text;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Cli.Files;

/// <summary>Files that only their owner may read.</summary>
internal static class PrivateFile
{
    /// <summary>Writes a new file of mode 0600; an existing one is never overwritten, since it may be the only copy of a key.</summary>
    /// <exception cref="TsfException">TSF0008 when it exists or cannot be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            using var stream = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            stream.Write(content);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TsfErrors.FileUnreadable.With($"{path} cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>The same for text.</summary>
    public static void Write(string path, string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        Write(path, bytes);
        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <summary>Reads a small file.</summary>
    /// <exception cref="TsfException">TSF0008 when it cannot be read.</exception>
    public static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TsfErrors.FileUnreadable.With($"{path} cannot be read: {exception.Message}", exception);
        }
    }
}
