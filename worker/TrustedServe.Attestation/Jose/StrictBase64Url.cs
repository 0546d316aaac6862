using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace TrustedServe.Attestation.Jose;

/// <summary>Base64url as JOSE has it: no padding, no spaces, and only the one spelling of every value.</summary>
public static class StrictBase64Url
{
    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>Writes bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    /// <summary>Reads at most <paramref name="maxBytes"/>; false for anything that is not the canonical spelling.</summary>
    public static bool TryDecode(string? text, int maxBytes, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (text is null || text.Length % 4 == 1 || text.Length / 4 * 3 > maxBytes || text.AsSpan().ContainsAnyExcept(Alphabet))
        {
            return false;
        }

        var decoded = new byte[(text.Length / 4 * 3) + Math.Max(text.Length % 4 - 1, 0)];
        if (decoded.Length > maxBytes
            || Base64Url.DecodeFromChars(text, decoded, out _, out var written) != OperationStatus.Done
            || written != decoded.Length
            || !Spelling(decoded, text))
        {
            return false;
        }

        bytes = decoded;
        return true;
    }

    // The bits after the last byte must be zero, or two spellings would mean the same. Only the last group can differ.
    private static bool Spelling(byte[] decoded, string text)
    {
        var tail = decoded.Length % 3;
        return tail == 0 || text.EndsWith(Base64Url.EncodeToString(decoded.AsSpan(decoded.Length - tail)), StringComparison.Ordinal);
    }
}
