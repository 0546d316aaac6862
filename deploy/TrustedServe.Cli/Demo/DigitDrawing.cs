using System.Text;
using System.Text.Json;
using Spectre.Console;

namespace TrustedServe.Cli.Demo;

/// <summary>Draws 8×8 grids of grey levels in the terminal, two pixels a character.</summary>
internal static class DigitDrawing
{
    /// <summary>A row of grids side by side, each with its caption below.</summary>
    public static void Write(IEnumerable<(SampleRow Row, string Caption)> digits)
    {
        var grid = new Grid();
        var all = digits.ToList();
        foreach (var _ in all)
        {
            grid.AddColumn(new GridColumn().NoWrap().PadRight(2));
        }

        grid.AddRow([.. all.Select(digit => new Markup(Draw(digit.Row)))]);
        grid.AddRow([.. all.Select(digit => new Markup(digit.Caption))]);
        AnsiConsole.Write(grid);
    }

    private static string Draw(SampleRow row)
    {
        var pixels = JsonSerializer.Deserialize<double[]>(row.Input)!;
        var text = new StringBuilder();
        for (var y = 0; y < 8; y++)
        {
            for (var x = 0; x < 8; x++)
            {
                text.Append(" ░▒▓█"[(int)Math.Min(4, pixels[(8 * y) + x] / 16 * 5)], 2);
            }

            text.Append(y < 7 ? "\n" : "");
        }

        return text.ToString();
    }
}
