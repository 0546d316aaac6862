using System.Globalization;

namespace TrustedServe.Kubernetes.Checks.Findings;

/// <summary>Text from manifests and clusters for people: on one line, short, and nothing that a terminal obeys.</summary>
internal static class ShownText
{
    private const int MaxLength = 300;

    /// <summary>The text with what cannot be seen replaced.</summary>
    public static string Of(string text)
    {
        var shown = string.Concat(text.Take(MaxLength).Select(character => CharUnicodeInfo.GetUnicodeCategory(character) is
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned
            ? '·'
            : character));
        return text.Length > MaxLength ? shown + "…" : shown;
    }
}
