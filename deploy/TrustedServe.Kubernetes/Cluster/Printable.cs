using System.Text;

namespace TrustedServe.Kubernetes.Cluster;

/// <summary>Text from the cluster on its way to a terminal: one line, bounded, and nothing that a terminal would obey.</summary>
internal static class Printable
{
    /// <summary>The text with control characters replaced by spaces, cut at <paramref name="max"/> characters.</summary>
    public static string Line(string? text, int max = 400)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var line = new StringBuilder(Math.Min(text.Length, max) + 1);
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length >= max)
            {
                return line.Append('…').ToString();
            }

            // Format characters include those that turn the direction of writing.
            line.Append(Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.Format ? " " : rune.ToString());
        }

        return line.ToString();
    }
}
