using TrustedServe.Benchmarks.Bert;
using TrustedServe.Benchmarks.Serving;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Benchmarks.Targets;

/// <summary>Throughput with trust ÷ throughput without, two stacks side by side.</summary>
internal sealed class TrustOverhead : ITarget
{
    private const int Tokens = 128;

    /// <inheritdoc/>
    public string Name => "trust";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TargetRow>> MeasureAsync(BenchContext context, CancellationToken cancellationToken) =>
    [
        await MeasureAsync(context, context.Large, 0.99, context.LargeRound, cancellationToken),
        await MeasureAsync(context, context.MiniLm, 0.95, context.SmallRound, cancellationToken),
    ];

    private static async Task<TargetRow> MeasureAsync(BenchContext context, BertShape shape, double least, TimeSpan round, CancellationToken cancellationToken)
    {
        var model = await context.BertAsync(shape, ModelTask.Tensor, cancellationToken);
        await using var on = await ServedModel.StartAsync(context, model, authorised: true, cancellationToken);
        await using var off = await ServedModel.StartPlainAsync(context, model, cancellationToken);
        var (withTrust, without) = (on.Tensors(Tokens), off.Tensors(Tokens));
        await on.SettleAsync(withTrust, context.Settling, cancellationToken);
        await off.SettleAsync(without, context.Settling, cancellationToken);
        var rounds = await Rounds.MeasureAsync(
            context,
            async () => (await on.LoadAsync(withTrust, round, cancellationToken)).RowsPerSecond,
            async () => (await off.LoadAsync(without, round, cancellationToken)).RowsPerSecond);
        return TargetRow.AtLeast($"trust overhead, {shape.Name}", least, rounds.Ratios,
            $"{rounds.Middles("sequences/s")} of {Tokens} tokens: sealed, attested (simulated), hardened, API keys ÷ the same front end without keys and a plain worker (unsealed, not attested, its threads not pinned: over 1 is the scheduling, not the trust); end-to-end encryption is not built yet");
    }
}
