using TrustedServe.Cli.Bench.ColdStart;

namespace TrustedServe.Cli.Bench.Drawing;

/// <summary>The start as a picture: a bar for each step, those of one actor in one colour, so that what overlaps is seen.</summary>
internal static class TimelinePlot
{
    private const int Width = 860;
    private const int Left = 330;
    private const int Right = 80;
    private const int RowHeight = 26;
    private const int Top = 60;
    private static readonly string[] Colours = ["#1f6feb", "#2da44e", "#bf8700", "#8250df", "#cf222e", "#0a7ea4"];

    /// <summary>Draws it.</summary>
    public static string Draw(StartTimeline timeline, string title)
    {
        var bottom = Top + (timeline.Steps.Count * RowHeight);
        using var canvas = new SvgCanvas(Width, bottom + 40, title);
        var across = new Scale(timeline.Steps.Max(step => step.End), Left, Width - Right);
        foreach (var mark in across.Marks())
        {
            canvas.Line(across.Place(mark), Top - 6, across.Place(mark), bottom, "#dddddd");
            canvas.Text(across.Place(mark), bottom + 18, $"{SvgCanvas.Number(mark)} s", "middle");
        }

        var models = timeline.Steps.Select(step => step.Actor).Distinct().ToList();
        for (var row = 0; row < timeline.Steps.Count; row++)
        {
            var step = timeline.Steps[row];
            var y = Top + (row * RowHeight);
            canvas.Text(Left - 10, y + 15, $"{step.Actor}: {step.Name}", "end");
            canvas.Box(across.Place(step.Begin), y + 3, Math.Max(1, across.Place(step.End) - across.Place(step.Begin)), RowHeight - 8, Colours[models.IndexOf(step.Actor) % Colours.Length]);
            canvas.Text(across.Place(step.End) + 6, y + 15, FormattableString.Invariant($"{step.End - step.Begin:0.000} s"));
        }

        return canvas.ToString();
    }
}
