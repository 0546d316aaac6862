using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Cli.Output;

/// <summary>A result as a two-column table for people or as one JSON object for machines.</summary>
internal static class Report
{
    /// <summary>Prints <paramref name="rows"/>; with <paramref name="json"/> prints <paramref name="value"/> instead.</summary>
    public static void Print(bool json, object value, string title, IEnumerable<(string Name, string Value)> rows)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(value, StrictJson.Indented));
            return;
        }

        var table = new Table().Title(title.EscapeMarkup()).HideHeaders().Border(TableBorder.Rounded).AddColumns("", "");
        foreach (var (name, text) in rows)
        {
            table.AddRow(new Text(name, new Style(Color.Grey)), new Text(text));
        }

        AnsiConsole.Write(table);
    }

    /// <summary>Bytes for people, in binary units.</summary>
    public static string Bytes(long bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.00} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.0} MiB"),
        >= 1L << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 10):0.0} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
    };

    /// <summary>The first digits of a digest, enough to compare by eye.</summary>
    public static string Short(string hex) => hex.Length > 16 ? hex[..16] + "…" : hex;
}
