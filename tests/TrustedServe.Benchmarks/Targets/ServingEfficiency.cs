using TrustedServe.Benchmarks.Engine;
using TrustedServe.Benchmarks.Serving;
using TrustedServe.Cli.Bench.Requests;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Benchmarks.Targets;

/// <summary>Sequences per second through HTTP ÷ the engine called in a loop.</summary>
internal sealed class ServingEfficiency : ITarget
{
    private const int LargeTokens = 128;
    private const int SmallTokens = 32;

    // As many as lanes leave a lane idle while an answer is on its way. From four a lane on more of them bring no more answers where
    // each request is computed alone; they do where requests share runs, as those of the small model in INT8.
    private const int CallersALane = 4;
    private const int CallersALaneOfASmallModel = 8;

    /// <inheritdoc/>
    public string Name => "efficiency";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TargetRow>> MeasureAsync(BenchContext context, CancellationToken cancellationToken)
    {
        var large = await context.BertAsync(context.Large, ModelTask.Tensor, cancellationToken);
        var small = await context.BertAsync(context.MiniLm, ModelTask.TextClassification, cancellationToken);
        var rows = new List<TargetRow>
        {
            await MeasureAsync(context, large, "", LargeTokens, CallersALane, 0.97, context.LargeRound, cancellationToken),
            await MeasureAsync(context, small, " FP32", SmallTokens, CallersALaneOfASmallModel, 0.90, context.SmallRound, cancellationToken),
        };
        rows.Add(await MeasureAsync(context, await context.Int8Async(small), " INT8", SmallTokens, CallersALaneOfASmallModel, 0.90, context.SmallRound, cancellationToken));

        // What it costs where requests may not share runs is for people to know, and no target's.
        rows.Add(TargetRow.Beside(await MeasureAsync(context, await context.Int8Async(small, alone: true), " INT8 --merge false", SmallTokens, CallersALane, 0.90, context.SmallRound, cancellationToken)));
        return rows;
    }

    private static async Task<TargetRow> MeasureAsync(BenchContext context, BenchModel model, string precision, int tokens, int callersALane, double least, TimeSpan round, CancellationToken cancellationToken)
    {
        var text = File.Exists(Path.Combine(model.Package, "vocab.txt"));
        await using var served = await ServedModel.StartAsync(context, model, authorised: true, cancellationToken);
        using var engine = new EngineLoop(model.Graph);
        var requests = text ? served.Texts(new LengthDistribution([(tokens, 1)])) : served.Tensors(tokens);

        var calls = EngineCall.Singles(tokens, model.Shape!.Vocabulary);

        var connections = callersALane * context.Lanes;
        await served.SettleAsync(requests, context.Settling, cancellationToken, connections);

        // Callers that are elsewhere leave these cores to the server.
        var callers = new List<double>();
        var rounds = await Rounds.MeasureAsync(
            context,
            async () =>
            {
                var load = await served.LoadAsync(requests, round, cancellationToken, connections);
                callers.Add(load.GeneratorCores / context.Lanes);
                return load.RowsPerSecond;
            },
            async () => (await engine.RunAsync(calls, round, context.Lanes)).Rows);
        var shared = await served.RequestsARunAsync(cancellationToken);
        return TargetRow.AtLeast($"serving efficiency, {model.Shape.Name}{precision}", least, rounds.Ratios,
            $"{rounds.Middles("sequences/s")} of {tokens} tokens: {(text ? "texts" : "tensors")} over HTTP from {connections} connections, {Figures.Format($"{shared:0.0}")} in a run, ÷ one session called with one row after the other by {context.Lanes} threads in a loop, after {context.Settling.TotalSeconds:0} s of load; of these cores the load generator takes {Figures.Format($"{100 * Figures.Median(callers):0.0}")} %");
    }
}
