using System.Globalization;

namespace TrustedServe.Cli.Bench.ColdStart;

/// <summary>The parts of a worker's start as it writes them into its last step: <c>name=begin..end</c>, separated by semicolons.</summary>
internal static class StartParts
{
    /// <summary>The step's detail that holds them.</summary>
    public const string Detail = "timeline";

    /// <summary>Reads them; what is no part that has ended is passed over.</summary>
    /// <returns>Names and seconds since the worker's process was started.</returns>
    public static IReadOnlyList<(string Name, double Begin, double End)> Parse(string text)
    {
        var parts = new List<(string, double, double)>();
        foreach (var entry in text.Split(';'))
        {
            if (entry.Split('=') is [{ Length: > 0 } name, var times]
                && times.Split("..") is [var first, var last]
                && Seconds(first) is { } begin && Seconds(last) is { } end && end >= begin)
            {
                parts.Add((name, begin, end));
            }
        }

        return parts;
    }

    private static double? Seconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;
}
