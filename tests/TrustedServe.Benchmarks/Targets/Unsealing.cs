using TrustedServe.Benchmarks.Serving;

namespace TrustedServe.Benchmarks.Targets;

/// <summary>The figure of <c>unseal</c>: unsealing ÷ decrypting and writing the same bytes with nothing around it.</summary>
internal sealed class Unsealing : ITarget
{
    /// <inheritdoc/>
    public string Name => "unseal";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TargetRow>> MeasureAsync(BenchContext context, CancellationToken cancellationToken)
    {
        var mebibytes = context.Quick ? 256 : 1024;
        var rounds = await SealingFigures.MeasureAsync(mebibytes, context.Rounds);
        var digests = Figures.Median(rounds.Shares(rounds.FloorAndDigests, cost => cost.Seconds));
        return
        [
            TargetRow.AtLeast(
                "unsealing ÷ decrypting and writing",
                0.8,
                rounds.Shares(rounds.Unseal, cost => cost.Seconds),
                Figures.Format($"{mebibytes} MiB on all cores to tmpfs, every digest checked. The platform's SHA-256 of the plaintext, and nothing else, beside decrypting and writing: {digests:0.00}")),
        ];
    }
}
