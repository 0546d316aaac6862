using System.Globalization;
using Spectre.Console;
using TrustedServe.Cli.Output;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Topology;

namespace TrustedServe.Cli.Topology;

/// <summary>Nodes as boxes, physical cores as cells in them, each with what runs on it.</summary>
internal static class TopologyDrawing
{
    private const int MostColumns = 8;
    private const int ColumnGap = 2;

    // Without F, which is the front end.
    private const string Letters = "ABCDEGHIJKLMNOPQRSTUVWXYZ";

    // Lanes beside each other differ; there may be more of them than colours.
    private static readonly string[] LaneColours = ["green", "aqua", "yellow", "fuchsia"];

    /// <summary>Prints the drawing.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="actual">Workers of a running front end by model.</param>
    /// <param name="frontEnd">That front end; null when it says nothing of itself.</param>
    public static void Print(MachineTopology machine, PlacementPlan plan, IReadOnlyDictionary<string, IReadOnlyList<PlacementReport>> actual, FrontEndReport? frontEnd)
    {
        var models = Drawn(plan);
        var marks = LaneMarks(models);
        foreach (var node in machine.Nodes)
        {
            Console.WriteLine();
            var memory = node.MemoryBytes > 0 ? Report.Bytes(node.MemoryBytes) : machine.MemoryNodes.Contains(node.Number) ? "memory" : "no memory";
            AnsiConsole.MarkupLine($"[bold]node {node.Number}[/] [grey]{memory}, cores {CpuList.Format(node.Cores).EscapeMarkup()}[/]");
            var cells = Cells(machine, plan, marks, node).ToList();

            // A grid that is too wide would cut the cells off.
            var widest = cells.Select(cell => Markup.Remove(cell).Length).DefaultIfEmpty(1).Max();
            var columns = Math.Clamp(AnsiConsole.Profile.Width / (widest + ColumnGap), 1, MostColumns);
            var grid = new Grid();
            for (var column = 0; column < columns; column++)
            {
                grid.AddColumn(new GridColumn { NoWrap = true });
            }

            foreach (var row in cells.Chunk(columns))
            {
                grid.AddRow([.. row.Concat(Enumerable.Repeat("", columns - row.Length))]);
            }

            AnsiConsole.Write(grid);
        }

        Console.WriteLine();
        AnsiConsole.MarkupLine($"[blue]F[/] front end, {Legend(models)}, [grey]·[/] not for lanes, [red]×[/] not allowed; a physical core is written with all its hardware threads");
        Summary(machine, plan);
        Workers(plan);
        Actual(actual, frontEnd);
    }

    // Models that share cores have a lane each on the same one: then the drawing shows those of the first alone.
    private static List<IGrouping<string, WorkerPlan>> Drawn(PlacementPlan plan)
    {
        var models = plan.Workers.GroupBy(worker => $"{worker.Model} {worker.Version}".TrimEnd()).ToList();
        var areApart = models.SelectMany(model => model).SelectMany(worker => worker.Cores).CountBy(core => core).All(core => core.Value == 1);
        return areApart && models.Count <= Letters.Length ? models : models[..1];
    }

    // Of several models each has a letter and a colour; of one, lanes beside each other differ.
    private static Dictionary<int, string> LaneMarks(List<IGrouping<string, WorkerPlan>> models)
    {
        var marks = new Dictionary<int, string>();
        foreach (var (place, model) in models.Index())
        {
            foreach (var (index, lane) in model.SelectMany(worker => worker.Lanes.Index()))
            {
                foreach (var core in lane.Cores)
                {
                    marks[core] = Mark(models.Count == 1 ? 'L' : Letters[place], index, models.Count == 1 ? index : place);
                }
            }
        }

        return marks;
    }

    private static string Legend(List<IGrouping<string, WorkerPlan>> models) => models.Count == 1 ? $"{Mark('L', 0, 0)} lane"
        : string.Join(", ", models.Select((model, place) => $"{Mark(Letters[place], 0, place)} lane of {model.Key.EscapeMarkup()}"));

    private static string Mark(char letter, int lane, int colour) => $"[{LaneColours[colour % LaneColours.Length]}]{letter}{lane}[/]";

    private static IEnumerable<string> Cells(MachineTopology machine, PlacementPlan plan, Dictionary<int, string> lanes, NumaNode node)
    {
        var allowed = machine.AllowedCores.ToHashSet();
        var frontEnd = plan.FrontEnd is { IsShared: false } own ? own.Cores.ToHashSet() : [];
        foreach (var core in machine.Cores.Where(core => core.Node == node.Number && core.Siblings[0] == core.Number))
        {
            var marks = core.Siblings.Select(thread => frontEnd.Contains(thread) ? "[blue]F[/]"
                : lanes.TryGetValue(thread, out var lane) ? lane
                : allowed.Contains(thread) ? "[grey]·[/]"
                : "[red]×[/]");
            yield return $"[grey]{string.Join('+', core.Siblings)}[/] {string.Join(' ', marks)}";
        }
    }

    private static void Summary(MachineTopology machine, PlacementPlan plan)
    {
        var table = new Table().HideHeaders().Border(TableBorder.Rounded).AddColumns("", "");
        Add("instruction sets", string.Join(", ", machine.InstructionSets.Names().DefaultIfEmpty("not known")));
        Add("may be used", $"cores {CpuList.Format(machine.AllowedCores)}{(machine.CpuQuota is { } quota ? string.Create(CultureInfo.InvariantCulture, $", the time of {quota:0.##} of them") : "")}");
        Add("front end", plan.FrontEnd is { } own ? $"cores {CpuList.Format(own.Cores)}, {(own.IsShared ? "shared with the workers" : "its own")}: {own.Reason}" : "elsewhere");
        foreach (var note in plan.Notes)
        {
            Add("note", note);
        }

        AnsiConsole.Write(table);

        void Add(string name, string text) => table.AddRow(new Text(name, new Style(Color.Grey)), new Text(text));
    }

    private static void Workers(PlacementPlan plan)
    {
        var table = new Table().Title("planned").Border(TableBorder.Rounded).AddColumns("model", "node", "memory of", "lanes", "on cores", "why");
        foreach (var worker in plan.Workers)
        {
            table.AddRow(
                new Text($"{worker.Model} {worker.Version}".TrimEnd()),
                new Text($"{worker.Node}"),
                new Text(worker.MemoryNode is { } node ? $"node {node}" : "no choice"),
                new Text($"{worker.Lanes.Count} × {worker.LaneWidth}"),
                new Text(CpuList.Format(worker.Lanes.SelectMany(lane => lane.Cores))),
                new Text(worker.Reason));
        }

        AnsiConsole.Write(table);
    }

    private static void Actual(IReadOnlyDictionary<string, IReadOnlyList<PlacementReport>> actual, FrontEndReport? frontEnd)
    {
        if (actual.Count == 0)
        {
            return;
        }

        var table = new Table().Title("actual").Border(TableBorder.Rounded).AddColumns("model", "node", "planned lanes", "threads may run on", "pinning", "memory policy", "weights lie on");
        table.Columns[0].NoWrap();
        if (frontEnd is not null)
        {
            table.AddRow(
                new Text("front end"),
                new Text(""),
                new Text($"{frontEnd.Cores}{(frontEnd.IsShared ? " (shared)" : "")}"),
                new Text(frontEnd.ActualCores),
                new Text(frontEnd.IsShared ? "not asked" : frontEnd.Affinity));
        }

        foreach (var (model, workers) in actual)
        {
            foreach (var worker in workers)
            {
                table.AddRow(
                    new Text(model),
                    new Text($"{worker.Node}"),
                    new Text(string.Join(' ', worker.Lanes)),
                    new Text(string.Join(' ', worker.ActualLanes)),
                    new Text(worker.Affinity),
                    new Text(worker.MemoryPolicy),
                    new Text(worker.Weights ?? "not asked"));
            }

            if (workers.Count == 0)
            {
                table.AddRow(new Text(model), new Text("-"), new Text("its metadata says nothing of placement"));
            }
        }

        var sets = actual.Values.SelectMany(workers => workers).Select(worker => string.Join(", ", worker.Instructions.DefaultIfEmpty("not known"))).Distinct();
        table.Caption($"instruction sets where they run: {string.Join("; ", sets)}".EscapeMarkup());
        AnsiConsole.Write(table);
    }
}
