using System.Globalization;
using System.Text;

namespace TrustedServe.Functions.Signals;

/// <summary>
/// Costs as text in the queue's metadata: model names and numbers, <c>1 model@version=rowSeconds,rows,messageSeconds,messages,bytes …</c>.
/// Whoever owns the account can write it, so it is believed for estimates alone, each value only within bounds, and what does not read
/// is as good as absent.
/// </summary>
internal static class KeptWork
{
    /// <summary>Name of the metadata.</summary>
    public const string Key = "tsfwork";

    /// <summary>The longest text that is written; all of a queue's metadata may have 8 KiB.</summary>
    public const int MaxLength = 4096;

    private const string Format = "1";
    private const int MaxName = 64;
    private const double LeastSecondsPerRow = 1e-7;
    private const double MostSeconds = 3600;
    private const double MostBytesPerRow = 1 << 30;

    /// <summary>Writes it; model versions for which there is no room are left out.</summary>
    public static string Write(IEnumerable<KeyValuePair<ModelKey, WorkSums>> work)
    {
        var text = new StringBuilder(Format);
        foreach (var (key, sums) in work.OrderBy(pair => pair.Key.Model, StringComparer.Ordinal).ThenBy(pair => pair.Key.Version, StringComparer.Ordinal))
        {
            var entry = string.Create(
                CultureInfo.InvariantCulture, $" {key.Model}@{key.Version}={sums.RowSeconds:G9},{sums.Rows:G9},{sums.MessageSeconds:G9},{sums.Messages:G9},{sums.Bytes:G9}");
            if (text.Length + entry.Length <= MaxLength)
            {
                text.Append(entry);
            }
        }

        return text.ToString();
    }

    /// <summary>Reads it; whatever it is, the answer is what of it makes sense.</summary>
    public static IReadOnlyDictionary<ModelKey, WorkSums> Parse(string? text)
    {
        var work = new Dictionary<ModelKey, WorkSums>();
        if (text is null || text.Length > MaxLength || text.Split(' ') is not [Format, .. var entries])
        {
            return work;
        }

        foreach (var entry in entries)
        {
            if (entry.Split('=') is [var name, var numbers]
                && name.Split('@') is [{ Length: > 0 and <= MaxName } model, { Length: > 0 and <= MaxName } version]
                && TryParse(numbers, out var sums))
            {
                work[new ModelKey(model, version)] = sums.Bounded();
            }
        }

        return work;
    }

    private static bool TryParse(string text, out WorkSums sums)
    {
        sums = default;
        Span<double> numbers = stackalloc double[5];
        var parts = text.Split(',');
        if (parts.Length != numbers.Length)
        {
            return false;
        }

        for (var i = 0; i < numbers.Length; i++)
        {
            if (!double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) || !double.IsFinite(numbers[i]) || numbers[i] < 0)
            {
                return false;
            }
        }

        sums = new WorkSums(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]);
        return Within(sums.SecondsPerRow, LeastSecondsPerRow, MostSeconds)
            && Within(sums.BytesPerRow, 1, MostBytesPerRow)
            && Within(sums.SecondsPerMessage, 0, MostSeconds);
    }

    private static bool Within(double? value, double least, double most) => value is not { } number || (number >= least && number <= most);
}
