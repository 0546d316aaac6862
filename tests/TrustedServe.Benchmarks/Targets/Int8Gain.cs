using TrustedServe.Benchmarks.Engine;
using TrustedServe.Benchmarks.Serving;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Topology;
using TrustedServe.Testing;

namespace TrustedServe.Benchmarks.Targets;

/// <summary>What INT8 brings in the engine, and what it changes in the samples' answers.</summary>
internal sealed class Int8Gain : ITarget
{
    private const int Tokens = 128;

    /// <inheritdoc/>
    public string Name => "int8";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TargetRow>> MeasureAsync(BenchContext context, CancellationToken cancellationToken)
    {
        var fp32 = await context.BertAsync(context.Large, ModelTask.Tensor, cancellationToken);
        var int8 = await context.Int8Async(fp32);
        using var came = new EngineLoop(fp32.SourceGraph);
        using var optimised = new EngineLoop(fp32.Graph);
        using var fast = new EngineLoop(int8.Graph);
        var calls = EngineCall.Singles(Tokens, fp32.Shape!.Vocabulary);
        async Task<double> RunAsync(EngineLoop engine) => (await engine.RunAsync(calls, context.LargeRound, context.Lanes)).Rows;
        var overCame = await Rounds.MeasureAsync(context, () => RunAsync(fast), () => RunAsync(came));
        var overOptimised = await Rounds.MeasureAsync(context, () => RunAsync(fast), () => RunAsync(optimised));
        var langid = await context.SampleAsync("langid", "text-classification", "--vocabulary", Path.Combine(Repository.Samples, "langid", "vocab.txt"));
        var digits = await context.SampleAsync("digits", "image-classification");
        var instructions = InstructionPeaks.Int8OverFp32() is { } peaks
            ? Figures.Format($"; of its instructions alone, in registers, 8-bit products come {peaks:0.00} times as fast as FP32 ones")
            : "";
        return
        [
            TargetRow.AtLeast($"INT8 ÷ FP32 throughput, {fp32.Shape.Name}", 3.3, overCame.Ratios, $"{overCame.Middles("sequences/s")} of {Tokens} tokens, one session, {context.Lanes} threads, ÷ FP32 as it came, which the engine fuses by itself; {Figures.Format($"{Figures.Median(overOptimised.Ratios):0.000}")} ({overOptimised.Middles("sequences/s")}) ÷ FP32 as `model optimize --precision fp32` makes it; this processor has {string.Join(", ", TopologyReader.Read().InstructionSets.Names())}{instructions}"),
            await AgreementAsync(context, langid, 1, cancellationToken),
            await AgreementAsync(context, digits, 2, cancellationToken),
        ];
    }

    private static async Task<TargetRow> AgreementAsync(BenchContext context, BenchModel model, int most, CancellationToken cancellationToken)
    {
        var int8 = await context.Int8Async(model);
        var rows = Path.Combine(Repository.Samples, model.Name, "heldout.jsonl");
        var (before, after) = (await TopLabels.OfAsync(context, model, rows, cancellationToken), await TopLabels.OfAsync(context, int8, rows, cancellationToken));
        var differ = before.Labels.Zip(after.Labels, (first, second) => first == second ? 0 : 1).Sum();
        return TargetRow.AtMost($"INT8 top-1 differences, {model.Name}", most, [differ], Figures.Format($"of {before.Labels.Count} held-out rows, both served over HTTP to one caller who asks for many at once: {after.RequestsARun:0.0} shared a run of INT8"));
    }
}
