using System.Globalization;
using System.Text;

namespace TrustedServe.Protocol.Topology;

/// <summary>The kernel's way to write a set of cores or nodes: <c>0-3,8,10-11</c>.</summary>
public static class CpuList
{
    /// <summary>Numbers from here on are refused: no kernel is built for more cores, and a range costs memory.</summary>
    public const int Limit = 8192;

    /// <summary>More text than a list of <see cref="Limit"/> lone numbers can have.</summary>
    private const int MaxLength = Limit * 6;

    /// <summary>Reads a list; white space around it is the kernel's, an empty list is one.</summary>
    /// <returns>The members ascending, each once; null when the text is no such list.</returns>
    public static IReadOnlyList<int>? Parse(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (text.Length > MaxLength)
        {
            return null;
        }

        if (text.IsEmpty)
        {
            return [];
        }

        var isMember = new bool[Limit];
        foreach (var part in text.Split(','))
        {
            var range = text[part];
            var dash = range.IndexOf('-');
            var from = Number(dash < 0 ? range : range[..dash]);
            var to = dash < 0 ? from : Number(range[(dash + 1)..]);
            if (from is not { } first || to is not { } last || last < first)
            {
                return null;
            }

            for (var number = first; number <= last; number++)
            {
                isMember[number] = true;
            }
        }

        var members = new List<int>();
        for (var number = 0; number < Limit; number++)
        {
            if (isMember[number])
            {
                members.Add(number);
            }
        }

        return members;
    }

    /// <summary>Writes a set; runs of neighbours become ranges.</summary>
    public static string Format(IEnumerable<int> members)
    {
        var text = new StringBuilder();
        var sorted = new List<int>(members);
        sorted.Sort();
        for (var start = 0; start < sorted.Count;)
        {
            var end = start;
            while (end + 1 < sorted.Count && sorted[end + 1] - sorted[end] is 0 or 1)
            {
                end++;
            }

            text.Append(text.Length == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{sorted[start]}");
            if (sorted[end] > sorted[start])
            {
                text.Append(CultureInfo.InvariantCulture, $"-{sorted[end]}");
            }

            start = end + 1;
        }

        return text.ToString();
    }

    private static int? Number(ReadOnlySpan<char> text) =>
        text.Length <= 5 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < Limit ? number : null;
}
