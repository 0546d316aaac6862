using System.Text.Json;
using Spectre.Console;
using TrustedServe.Benchmarks.Serving;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Benchmarks.Studies;

/// <summary>What the studies share: their options, and how their tables are printed.</summary>
internal static class Study
{
    private const int MaxRounds = 25;

    /// <summary>Reads <c>[--rounds N] [--quick] [--json]</c>.</summary>
    public static (BenchContext Context, bool Json) Begin(string[] arguments)
    {
        var options = new CommandArguments(arguments);
        var (quick, json) = (options.Flag("--quick"), options.Flag("--json"));
        return (new BenchContext(options.Number("--rounds", quick ? 1 : 5, 1, MaxRounds), quick), json);
    }

    /// <summary>Prints rows of named values.</summary>
    public static int Print(bool json, string title, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { title, rows = rows.Select(row => columns.Zip(row).ToDictionary(pair => pair.First, pair => pair.Second)) }, StrictJson.Indented));
            return 0;
        }

        var table = new Table().Title(title.EscapeMarkup()).Border(TableBorder.Rounded).AddColumns([.. columns.Select(Markup.Escape)]);
        foreach (var row in rows)
        {
            table.AddRow([.. row.Select(cell => new Text(cell))]);
        }

        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 160);
        AnsiConsole.Write(table);
        return 0;
    }
}
