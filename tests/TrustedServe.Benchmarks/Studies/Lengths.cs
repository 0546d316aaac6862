using TrustedServe.Benchmarks.Bert;
using TrustedServe.Benchmarks.Engine;
using TrustedServe.Benchmarks.Serving;
using TrustedServe.Cli.Bench.Requests;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Benchmarks.Studies;

/// <summary><c>lengths</c>: a realistic mix of lengths, served, and in the engine by the ways in which others batch.</summary>
internal static class Lengths
{
    private const int Batch = 8;
    private const int Batches = 64;
    private const int Callers = 16;

    /// <summary>Runs it.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var (context, json) = Study.Begin(arguments);
        using var bounded = context;
        var mix = LengthDistribution.Realistic;
        var model = await context.BertAsync(context.MiniLm, ModelTask.TextClassification, CancellationToken.None);
        var (noise, random) = (new SeededNoise(1), new Random(1));
        var drawn = Enumerable.Range(0, Batches).Select(_ => Enumerable.Range(0, Batch).Select(_ => mix.Draw(random)).ToList()).ToList();
        var longest = mix.Entries.Max(entry => entry.Tokens);
        var ways = new (string Name, List<EngineCall> Calls, List<EngineRate> Rates)[]
        {
            ($"engine, batches of {Batch} padded to {longest}", [.. drawn.Select(lengths => Call(lengths, longest))], []),
            ($"engine, batches of {Batch} padded to their longest", [.. drawn.Select(lengths => Call(lengths, null))], []),
            ("engine, one row a call, no padding", [.. drawn.SelectMany(lengths => lengths).Select(length => Call([length], null))], []),
        };
        var served = new List<EngineRate>();
        await using var stack = await ServedModel.StartAsync(context, model, authorised: false, CancellationToken.None);
        using var engine = new EngineLoop(model.Graph);
        var texts = stack.Texts(mix);
        await stack.SettleAsync(texts, context.Settling, CancellationToken.None);
        for (var round = 0; round < context.Rounds; round++)
        {
            foreach (var way in ways)
            {
                way.Rates.Add(await engine.RunAsync(way.Calls, context.SmallRound, context.Lanes));
            }

            var load = await stack.LoadAsync(texts, context.SmallRound, CancellationToken.None, Callers);
            served.Add(new EngineRate(load.RowsPerSecond, load.TokensPerSecond));
        }

        var rows = ways.Select(way => Row(way.Name, way.Rates, 1 - (way.Calls.Sum(call => (double)call.Tokens) / way.Calls.Sum(call => (double)call.Ids.Length))))
            .Append(Row($"served over HTTP, {Callers} connections, tokenizing included", served, await stack.PaddingAsync(CancellationToken.None)));
        return Study.Print(json, Figures.Format($"{model.Shape!.Name}, mean {mix.Mean:0.0} tokens, longest {longest}, medians of {context.Rounds} interleaved rounds"), ["way", "padding", "rows/s", "tokens/s", "of fixed-length batching"], [.. rows]);

        EngineCall Call(IReadOnlyList<int> lengths, int? width) => EngineCall.Create(noise, model.Shape!.Vocabulary, lengths, width);

        IReadOnlyList<string> Row(string name, List<EngineRate> rates, double padding) =>
        [
            name,
            Figures.Format($"{padding:P0}"),
            Figures.Format($"{Figures.Median(rates.Select(rate => rate.Rows)):0}"),
            Figures.Format($"{Figures.Median(rates.Select(rate => rate.Tokens)):0}"),
            Figures.Format($"{Figures.Median(rates.Zip(ways[0].Rates, (rate, first) => rate.Tokens / first.Tokens)):0.00}"),
        ];
    }
}
