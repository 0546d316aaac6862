using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Functions.Access;

/// <summary>A file of API keys on disk, mode 0600, replaced as a whole so that a reader never sees half of it.</summary>
public static class ApiKeyFile
{
    /// <summary>What every key begins with, so that one that got lost is recognised by people and scanners.</summary>
    public const string KeyPrefix = "tsk_";

    private const int KeyBytes = 32;

    /// <summary>Makes a key, adds its hash to the file (which is made when it is missing) and returns the key: it is never shown again.</summary>
    /// <param name="path">The file.</param>
    /// <param name="id">Name of the caller, not yet in the file.</param>
    /// <param name="models">Names of models, or <c>*</c>.</param>
    /// <param name="actions">What the key may be used for.</param>
    /// <param name="expires">When it ends; null for never.</param>
    /// <exception cref="TsfException">TSF0011 when the file is not valid or would not be with this key; TSF0008 when it cannot be read or written.</exception>
    public static string Create(string path, string id, IReadOnlyList<string> models, IReadOnlyList<ApiAction> actions, DateTimeOffset? expires = null)
    {
        var key = KeyPrefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes));
        var entry = new ApiKeyEntry { Id = id, Hash = HashOf(key), Models = models, Actions = actions, Expires = expires };
        try
        {
            var keys = File.Exists(path) ? ApiKeyDocument.Parse(File.ReadAllBytes(path), path).Keys : [];
            var document = new ApiKeyDocument { FormatVersion = ApiKeyDocument.CurrentFormat, Keys = [.. keys, entry] };
            var utf8 = JsonSerializer.SerializeToUtf8Bytes(document, StrictJson.Indented);
            ApiKeyDocument.Parse(utf8, path);
            Replace(path, utf8);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw TsfErrors.FileUnreadable.With($"{path}: {exception.Message}", exception);
        }

        return key;
    }

    /// <summary>What a file keeps of a key.</summary>
    public static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static void Replace(string path, byte[] content)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        var temporary = $"{path}.new";
        using (var file = new FileStream(temporary, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
