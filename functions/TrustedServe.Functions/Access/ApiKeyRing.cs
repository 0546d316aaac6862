using System.Security.Cryptography;
using System.Text;

namespace TrustedServe.Functions.Access;

/// <summary>The keys in force, made for comparison.</summary>
internal sealed class ApiKeyRing
{
    /// <summary>Longer tokens are not looked at; the project's own have 47 characters.</summary>
    private const int MaxTokenLength = 256;

    private readonly ApiKeyEntry[] entries;
    private readonly byte[] hashes;

    /// <summary>Prepares a document's keys.</summary>
    public ApiKeyRing(ApiKeyDocument document)
    {
        entries = [.. document.Keys];
        hashes = [.. entries.SelectMany(entry => Convert.FromHexString(entry.Hash))];
    }

    /// <summary>The entry of a token, or null. Looks at every entry whether or not one matched before it, so that time tells nothing.</summary>
    /// <param name="token">What the caller showed.</param>
    /// <param name="now">Entries that ended before are not known any more.</param>
    public ApiKeyEntry? Find(ReadOnlySpan<char> token, DateTimeOffset now)
    {
        Span<byte> utf8 = stackalloc byte[MaxTokenLength];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (!Encoding.UTF8.TryGetBytes(token, utf8, out var length))
        {
            return null;
        }

        SHA256.HashData(utf8[..length], hash);
        ApiKeyEntry? found = null;
        for (var i = 0; i < entries.Length; i++)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, hashes.AsSpan(i * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes)))
            {
                found = entries[i];
            }
        }

        return found is { Expires: { } expires } && expires <= now ? null : found;
    }
}
