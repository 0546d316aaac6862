using System.Globalization;
using System.Text.Json;
using Spectre.Console;
using TrustedServe.Benchmarks.Serving;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Benchmarks.Targets;

/// <summary><c>targets [--rounds N] [--quick] [--json] [names…]</c>: every target, side by side in one run.</summary>
internal static class TargetsCommand
{
    private const int MaxRounds = 25;
    private static readonly ITarget[] All =
    [
        new TrustOverhead(), new ServingEfficiency(), new LaneMemory(), new LoadMemory(), new ColdStarts(), new FirstAnswer(), new Unsealing(), new Int8Gain(), new BatchScoring(), new SmallestModel(),
    ];

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = new CommandArguments(arguments);
        var (quick, json) = (options.Flag("--quick"), options.Flag("--json"));
        var rounds = options.Number("--rounds", quick ? 3 : 5, 1, MaxRounds);
        var names = options.Rest;
        var unknown = names.Except(All.Select(target => target.Name)).ToList();
        if (unknown.Count > 0)
        {
            Console.Error.WriteLine($"{string.Join(", ", unknown)}: the targets are {string.Join(", ", All.Select(target => target.Name))}.");
            return 2;
        }

        using var context = new BenchContext(rounds, quick);
        var rows = new List<TargetRow>();
        foreach (var target in All.Where(target => names.Count == 0 || names.Contains(target.Name)))
        {
            Console.Error.WriteLine($"{target.Name} …");
            try
            {
                rows.AddRange(await target.MeasureAsync(context, CancellationToken.None));
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                // One that fails must not take the figures of the others with it.
                rows.Add(TargetRow.Missing(target.Name, "", $"failed: {exception.Message}"));
            }
        }

        Print(rows, json, context);
        return !quick && rows.Any(row => row.Met == false) ? 1 : 0;
    }

    // Short rounds of small shapes say that everything runs, and nothing about a target.
    private static string Verdict(TargetRow row, BenchContext context) => context.Quick || row.Met is not { } met ? ""
        : (met ? "met" : "missed") + (row.Dissenting == 0 ? "" : $", but not in {row.Dissenting} of {row.Rounds.Count} rounds");

    private static void Print(List<TargetRow> rows, bool json, BenchContext context)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(new { rounds = context.Rounds, quick = context.Quick, cores = Environment.ProcessorCount, rows }, StrictJson.Indented));
            return;
        }

        // Into a file as wide as on a large screen.
        AnsiConsole.Profile.Width = Math.Max(AnsiConsole.Profile.Width, 200);
        var table = new Table().Border(TableBorder.Rounded).AddColumns("target", "wanted", "figure", "", "what was compared");
        foreach (var row in rows)
        {
            var spread = row.Rounds.Count > 1 ? Figures.Format($" ({row.Rounds.Min():0.00#} to {row.Rounds.Max():0.00#})") : "";
            table.AddRow(
                new Text(row.Name),
                new Text(row.Wanted),
                new Text((row.Figure?.ToString("0.000", CultureInfo.InvariantCulture) ?? "not measured") + spread),
                new Text(Verdict(row, context)),
                new Text(row.Compared));
        }

        AnsiConsole.Write(table);
        Console.WriteLine($"Medians of {context.Rounds} interleaved rounds, {Environment.ProcessorCount} cores{(context.Quick ? "; quick: smaller shapes and short rounds, not to be judged by" : "")}.");
    }
}
