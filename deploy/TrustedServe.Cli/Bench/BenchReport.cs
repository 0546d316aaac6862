using System.Globalization;
using TrustedServe.Cli.Bench.Load;
using TrustedServe.Cli.Output;

namespace TrustedServe.Cli.Bench;

/// <summary>A run as a table for people or JSON for machines.</summary>
internal static class BenchReport
{
    private static readonly (string Name, double Share)[] Percentiles = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)];

    /// <summary>One line about a run.</summary>
    public static string Title(string model, LoadResult result) => FormattableString.Invariant($"{model}: {Loop(result.Plan)}, {result.RequestsPerSecond:0.0} answers/s");

    /// <summary>Prints it.</summary>
    public static void Print(bool json, string model, LoadResult result)
    {
        var rows = new List<(string, string)>
        {
            ("load", Loop(result.Plan)),
            ("answers", Text($"{result.Latency.Count} in {result.Plan.Duration.TotalSeconds:0.##} s")),
            ("answers/s", Text($"{result.RequestsPerSecond:0.0}")),
        };
        if (result.RowsPerSecond > result.RequestsPerSecond * 1.001)
        {
            rows.Add(("rows/s", Text($"{result.RowsPerSecond:0.0}")));
        }

        if (result.TokensPerSecond > 0)
        {
            rows.Add(("tokens/s", Text($"{result.TokensPerSecond:0}")));
        }

        rows.AddRange(Percentiles.Select(percentile => ($"{percentile.Name} ms", Text($"{Milliseconds(result, percentile.Share):0.000}"))));
        rows.Add(("mean ms", Text($"{result.Latency.Mean / 1000:0.000}")));
        rows.Add(("longest ms", Text($"{result.Latency.Max / 1000.0:0.000}")));
        rows.AddRange(result.Errors.OrderByDescending(error => error.Value).Select(error => ($"✗ {error.Key}", Text($"{error.Value}"))));
        rows.Add(("generator", Text($"{result.GeneratorCores:0.00} cores")));
        Report.Print(json, Value(model, result), model, rows);
    }

    private static object Value(string model, LoadResult result) => new
    {
        model,
        loop = result.Plan.Rate is null ? "closed" : "open",
        connections = result.Plan.Connections,
        rate = result.Plan.Rate,
        seconds = result.Plan.Duration.TotalSeconds,
        answers = result.Latency.Count,
        requestsPerSecond = result.RequestsPerSecond,
        rowsPerSecond = result.RowsPerSecond,
        tokensPerSecond = result.TokensPerSecond,
        milliseconds = Percentiles.Append(("longest", 1)).ToDictionary(percentile => percentile.Item1, percentile => Milliseconds(result, percentile.Item2)),
        meanMilliseconds = result.Latency.Mean / 1000,
        errors = result.Errors,
        answersPerSecondOverTime = result.Series.PerSecond,
        generatorCores = result.GeneratorCores,
    };

    private static string Loop(LoadPlan plan) => plan.Rate is { } rate
        ? Text($"open loop, {rate:0.##} requests/s, at most {plan.Connections} in flight")
        : Text($"closed loop, {plan.Connections} connections");

    private static double Milliseconds(LoadResult result, double share) => result.Latency.Percentile(share) / 1000.0;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
