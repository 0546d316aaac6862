using System.Text;

namespace TrustedServe.Functions.Queue;

/// <summary>A blob of the configured account, <c>container/blob</c>: nothing that could name another host, escape upwards or carry a query.</summary>
/// <param name="Container">Name of the container.</param>
/// <param name="Blob">Name of the blob inside it.</param>
public sealed record BlobName(string Container, string Blob)
{
    private const int MaxBlobLength = 1024;
    private const int MaxSegments = 254;

    /// <summary>Reads <c>container/blob</c> by Azure's naming rules, without what only escaping could carry; false for anything else.</summary>
    public static bool TryParse(string? text, out BlobName name)
    {
        name = new BlobName("", "");
        if (text is null || text.IndexOf('/') is var slash && slash < 0 || !IsContainer(text.AsSpan(0, slash)) || !IsPath(text.AsSpan(slash + 1)))
        {
            return false;
        }

        name = new BlobName(text[..slash], text[(slash + 1)..]);
        return true;
    }

    /// <summary>3 to 63 lower-case letters, digits and single hyphens inside.</summary>
    public static bool IsContainer(ReadOnlySpan<char> text)
    {
        if (text.Length is < 3 or > 63 || text[0] == '-' || text[^1] == '-' || text.IndexOf("--") >= 0)
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>1 to 1,024 characters in up to 254 segments, none empty, <c>.</c> or <c>..</c>, none ending in a dot.</summary>
    public static bool IsPath(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > MaxBlobLength || text.Count('/') >= MaxSegments)
        {
            return false;
        }

        foreach (var rune in text.EnumerateRunes())
        {
            // U+FFFD stands for half a surrogate pair here; in a name it would be as meaningless.
            if (rune == Rune.ReplacementChar || Rune.IsControl(rune) || rune.Value is '\\' or '?' or '#' or '%')
            {
                return false;
            }
        }

        foreach (var range in text.Split('/'))
        {
            if (text[range].IsEmpty || text[range][^1] == '.')
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Container}/{Blob}";
}
