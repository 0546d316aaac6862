using TrustedServe.Cli.Bench.Drawing;
using TrustedServe.Kubernetes.Simulation;

namespace TrustedServe.Cli.Commands.Deploy;

/// <summary>A simulation as a picture: arrivals, instances, backlog and latency over time.</summary>
internal static class ScalePlot
{
    private const int Width = 860;
    private const int Left = 80;
    private const int Right = 30;
    private const int PanelHeight = 130;
    private const int PanelStep = 190;
    private const int Top = 70;
    private const string Blue = "#1f6feb";
    private const string Green = "#2da44e";
    private const string Amber = "#bf8700";
    private const string Red = "#cf222e";

    /// <summary>Draws it.</summary>
    public static string Draw(SimulationResult result, string title)
    {
        using var canvas = new SvgCanvas(Width, Top + (4 * PanelStep) + 10, title);
        var panels = new (string Name, (string Colour, Func<SimulationSample, double> Value)[] Curves)[]
        {
            ("arrivals per second", [(Blue, sample => sample.PerSecond)]),
            ("instances: wanted (amber), ready (green)", [(Amber, sample => sample.Replicas), (Green, sample => sample.Ready)]),
            ("backlog", [(Red, sample => sample.Backlog)]),
            ("longest latency, s", [(Blue, sample => sample.Latency)]),
        };
        for (var number = 0; number < panels.Length; number++)
        {
            Panel(canvas, result, panels[number].Name, panels[number].Curves, Top + (number * PanelStep));
        }

        return canvas.ToString() + "\n";
    }

    private static void Panel(SvgCanvas canvas, SimulationResult result, string name, (string Colour, Func<SimulationSample, double> Value)[] curves, double top)
    {
        canvas.Text(20, top - 14, name);
        var (unit, seconds) = result.Seconds >= 2 * 3_600 ? ("h", 3_600.0) : result.Seconds >= 120 ? ("min", 60.0) : ("s", 1.0);
        var across = new Scale(result.Seconds / seconds, Left, Width - Right);
        var up = new Scale(curves.Max(curve => result.Samples.Max(curve.Value)) * 1.1, top + PanelHeight, top);
        foreach (var mark in up.Marks())
        {
            canvas.Line(Left, up.Place(mark), Width - Right, up.Place(mark), "#dddddd");
            canvas.Text(Left - 8, up.Place(mark) + 4, SvgCanvas.Number(mark), "end");
        }

        foreach (var mark in across.Marks())
        {
            canvas.Text(across.Place(mark), top + PanelHeight + 18, $"{SvgCanvas.Number(mark)} {unit}", "middle");
        }

        foreach (var (colour, value) in curves)
        {
            canvas.Curve(result.Samples.Select(sample => (across.Place(sample.Seconds / seconds), up.Place(value(sample)))), colour);
        }
    }
}
