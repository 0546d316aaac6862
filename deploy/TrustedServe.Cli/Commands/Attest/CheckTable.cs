using Spectre.Console;

namespace TrustedServe.Cli.Commands.Attest;

/// <summary>Checks as a table with ✓, ✗ and, for what an insecure option let pass, an exclamation mark.</summary>
internal static class CheckTable
{
    /// <summary>Prints the rows.</summary>
    public static void Print(string title, string what, IEnumerable<CheckRow> rows)
    {
        var table = new Table().Title(title.EscapeMarkup()).Border(TableBorder.Rounded).AddColumns(new TableColumn(""), new TableColumn(what).NoWrap(), new TableColumn("expected"), new TableColumn("seen"));
        foreach (var row in rows)
        {
            var mark = row switch
            {
                { Passed: false } => new Text("✗", new Style(Color.Red)),
                { Waived: true } => new Text("!", new Style(Color.Yellow)),
                _ => new Text("✓", new Style(Color.Green)),
            };
            table.AddRow(mark, new Text(row.Name), new Text(row.Expected), new Text(row.Seen));
        }

        AnsiConsole.Write(table);
    }
}
