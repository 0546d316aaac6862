using TrustedServe.Cli.Bench.Load;

namespace TrustedServe.Cli.Bench.Drawing;

/// <summary>A run as a picture: latency by percentile, and answers per second over time.</summary>
internal static class LoadPlot
{
    private const int Width = 860;
    private const int Left = 80;
    private const int Right = 30;
    private const int PanelHeight = 200;
    private static readonly (double Share, string Name)[] Percentiles =
        [(0, "least"), (0.5, "50 %"), (0.75, "75 %"), (0.9, "90 %"), (0.95, "95 %"), (0.99, "99 %"), (0.999, "99.9 %"), (0.9999, "99.99 %")];

    /// <summary>Draws it.</summary>
    public static string Draw(LoadResult result, string title)
    {
        using var canvas = new SvgCanvas(Width, 560, title);
        Latency(canvas, result, top: 70);
        Throughput(canvas, result, top: 330);
        return canvas.ToString();
    }

    private static void Latency(SvgCanvas canvas, LoadResult result, double top)
    {
        canvas.Text(20, top - 14, result.Plan.Rate is null ? "latency, ms" : "latency from the intended arrival, ms");
        var across = new Scale(Percentiles.Length - 1, Left, Width - Right);
        var up = new Scale(result.Latency.Percentile(Percentiles[^1].Share) / 1000.0 * 1.1, top + PanelHeight, top);
        Grid(canvas, up);
        for (var i = 0; i < Percentiles.Length; i++)
        {
            canvas.Line(across.Place(i), top, across.Place(i), top + PanelHeight, "#eeeeee");
            canvas.Text(across.Place(i), top + PanelHeight + 18, Percentiles[i].Name, "middle");
        }

        canvas.Curve(Percentiles.Select((percentile, i) => (across.Place(i), up.Place(result.Latency.Percentile(percentile.Share) / 1000.0))), "#1f6feb");
    }

    private static void Throughput(SvgCanvas canvas, LoadResult result, double top)
    {
        canvas.Text(20, top - 14, "answers per second");
        var values = result.Series.PerSecond;
        var across = new Scale(result.Plan.Duration.TotalSeconds, Left, Width - Right);
        var up = new Scale(values.Max() * 1.1, top + PanelHeight, top);
        Grid(canvas, up);
        foreach (var mark in across.Marks())
        {
            canvas.Text(across.Place(mark), top + PanelHeight + 18, $"{SvgCanvas.Number(mark)} s", "middle");
        }

        canvas.Curve(values.Select((value, slot) => (across.Place((slot + 0.5) * result.Series.SlotSeconds), up.Place(value))), "#2da44e");
    }

    private static void Grid(SvgCanvas canvas, Scale up)
    {
        foreach (var mark in up.Marks())
        {
            canvas.Line(Left, up.Place(mark), Width - Right, up.Place(mark), "#dddddd");
            canvas.Text(Left - 8, up.Place(mark) + 4, SvgCanvas.Number(mark), "end");
        }
    }
}
