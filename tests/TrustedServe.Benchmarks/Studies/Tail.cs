using TrustedServe.Cli.Bench.Load;
using TrustedServe.Cli.Bench.Requests;
using TrustedServe.Benchmarks.Serving;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Benchmarks.Studies;

/// <summary><c>tail</c>: latency when callers come at half, four fifths and more of what the server can do.</summary>
internal static class Tail
{
    private const int Tokens = 32;

    // In flight at most; over capacity the server's line must be what fills, not the generator's.
    private const int Connections = 384;

    // So many that their rows are merged as those of a full line are, and so few that the line refuses nobody.
    private const int CapacityCallers = 128;
    private static readonly double[] Shares = [0.5, 0.8, 1.2];

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (context, json) = Study.Begin(arguments);
        using var bounded = context;
        var model = await context.BertAsync(context.MiniLm, ModelTask.TextClassification, CancellationToken.None);
        await using var served = await ServedModel.StartAsync(context, model, authorised: false, CancellationToken.None);
        var texts = served.Texts(new LengthDistribution([(Tokens, 1)]));
        var capacities = new List<double>();
        var results = Shares.ToDictionary(share => share, _ => new List<LoadResult>());
        await served.SettleAsync(texts, context.Settling, CancellationToken.None);
        for (var round = 0; round < context.Rounds; round++)
        {
            // What it can do at this moment, since others may use the machine too.
            capacities.Add((await served.LoadAsync(texts, context.SmallRound, CancellationToken.None, CapacityCallers)).RequestsPerSecond);
            foreach (var share in Shares)
            {
                results[share].Add(await served.LoadAsync(texts, 2 * context.SmallRound, CancellationToken.None, Connections, share * capacities[^1]));
            }
        }

        return Study.Print(
            json,
            Figures.Format($"{model.Shape!.Name}, {Tokens} tokens, open loop, capacity {Figures.Median(capacities):0} requests/s, medians of {context.Rounds} rounds; latency of accepted requests from their intended arrival"),
            ["of capacity", "answers/s", "p50 ms", "p99 ms", "refused (503)", "other errors"],
            [.. Shares.Select(share => Row(share, results[share]))]);
    }

    private static IReadOnlyList<string> Row(double share, List<LoadResult> results)
    {
        return
        [
            Figures.Format($"{share:P0}"),
            Figures.Format($"{Middle(result => result.RequestsPerSecond):0}"),
            Figures.Format($"{Middle(result => result.Latency.Percentile(0.5) / 1000.0):0.0}"),
            Figures.Format($"{Middle(result => result.Latency.Percentile(0.99) / 1000.0):0.0}"),
            Figures.Format($"{Middle(result => Refused(result) / All(result)):P1}"),
            Figures.Format($"{Middle(result => (result.Failed - Refused(result)) / All(result)):P1}"),
        ];

        double Middle(Func<LoadResult, double> figure) => Figures.Median(results.Select(figure));

        static double All(LoadResult result) => Math.Max(1, result.Latency.Count + result.Failed);

        static double Refused(LoadResult result) => result.Errors.Where(error => error.Key.StartsWith("503", StringComparison.Ordinal)).Sum(error => (double)error.Value);
    }
}
