using TrustedServe.Benchmarks.Bert;
using TrustedServe.Benchmarks.Serving;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Benchmarks.Targets;

/// <summary>From the front end's process to the first answer, sealed ÷ unsealed on disk.</summary>
internal sealed class ColdStarts : ITarget
{
    private const int Tokens = 128;

    /// <inheritdoc/>
    public string Name => "cold-start";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TargetRow>> MeasureAsync(BenchContext context, CancellationToken cancellationToken) =>
        [await MeasureAsync(context, context.Large, cancellationToken), await MeasureAsync(context, context.MiniLm, cancellationToken)];

    private static async Task<TargetRow> MeasureAsync(BenchContext context, BertShape shape, CancellationToken cancellationToken)
    {
        var model = await context.BertAsync(shape, ModelTask.Tensor, cancellationToken);
        Func<Task<double>> @sealed = () => SecondsAsync(() => ServedModel.StartAsync(context, model, authorised: false, cancellationToken, firstTokens: Tokens));
        Func<Task<double>> plain = () => SecondsAsync(() => ServedModel.StartPlainAsync(context, model, cancellationToken, Tokens));

        // The broker's first answer is compiled while it is made; in a cluster that was long ago.
        await @sealed();
        await plain();
        var rounds = await Rounds.MeasureAsync(context, @sealed, plain);
        return TargetRow.AtMost($"cold start sealed ÷ unsealed on disk, {shape.Name}", 1.15, rounds.Ratios,
            $"{rounds.Middles("s")} from the front end's process to the first answer, asked when it listened; the files are in the page cache, the broker runs; the unsealed one is a plain worker without attestation");
    }

    private static async Task<double> SecondsAsync(Func<Task<ServedModel>> start)
    {
        await using var served = await start();
        return served.FirstAnswer.TotalSeconds;
    }
}
