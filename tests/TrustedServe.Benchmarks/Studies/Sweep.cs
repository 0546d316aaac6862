using TrustedServe.Benchmarks.Serving;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Benchmarks.Studies;

/// <summary><c>sweep</c>: lanes × lane width of one worker.</summary>
internal static class Sweep
{
    private const int Tokens = 128;

    /// <summary>Runs it; each round measures every combination once.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (context, json) = Study.Begin(arguments);
        using var bounded = context;
        var model = await context.BertAsync(context.MiniLm, ModelTask.Tensor, CancellationToken.None);
        var cells = Enumerable.Range(1, context.Lanes).SelectMany(lanes => Enumerable.Range(1, context.Lanes).Select(width => new Cell(lanes, width))).ToList();
        for (var round = 0; round < context.Rounds; round++)
        {
            foreach (var cell in cells.Where(cell => cell.Refused is null))
            {
                await MeasureAsync(context, model, cell);
            }
        }

        return Study.Print(json, $"{model.Shape!.Name}, {Tokens} tokens, medians of {context.Rounds} rounds", ["lanes", "width", "sequences/s", "p50 ms with one caller a lane", ""], [.. cells.Select(cell => cell.ToRow())]);
    }

    private static async Task MeasureAsync(BenchContext context, BenchModel model, Cell cell)
    {
        var settings = new Dictionary<string, string> { ["Worker:Lanes"] = $"{cell.Lanes}" };
        if (cell.Width > 1)
        {
            settings["Worker:LaneWidth"] = $"{cell.Width}";
        }

        try
        {
            await using var served = await ServedModel.StartAsync(context, model, authorised: false, CancellationToken.None, settings);
            var requests = served.Tensors(Tokens);
            cell.Rates.Add((await served.LoadAsync(requests, context.SmallRound, CancellationToken.None, 2 * cell.Lanes)).RowsPerSecond);
            cell.Latencies.Add((await served.LoadAsync(requests, context.SmallRound, CancellationToken.None, cell.Lanes)).Latency.Percentile(0.5) / 1000.0);
        }
        catch (TsfException refusal)
        {
            cell.Refused = $"refused: {refusal.Message}";
        }
    }

    private sealed class Cell(int lanes, int width)
    {
        public int Lanes => lanes;

        public int Width => width;

        public List<double> Rates { get; } = [];

        public List<double> Latencies { get; } = [];

        public string? Refused { get; set; }

        public string[] ToRow() => Rates.Count == 0
            ? [$"{lanes}", $"{width}", "", "", Refused ?? ""]
            : [$"{lanes}", $"{width}", Figures.Format($"{Figures.Median(Rates):0.0}"), Figures.Format($"{Figures.Median(Latencies):0.0}"), lanes * width > Environment.ProcessorCount ? "more threads than cores" : ""];
    }
}
