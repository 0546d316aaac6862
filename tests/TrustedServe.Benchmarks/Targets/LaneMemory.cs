using TrustedServe.Benchmarks.Serving;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Benchmarks.Targets;

/// <summary>Memory of a worker with all lanes ÷ with one.</summary>
internal sealed class LaneMemory : ITarget
{
    private const int Tokens = 128;

    /// <inheritdoc/>
    public string Name => "lane-memory";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TargetRow>> MeasureAsync(BenchContext context, CancellationToken cancellationToken)
    {
        var model = await context.BertAsync(context.Large, ModelTask.Tensor, cancellationToken);
        var rounds = await Rounds.MeasureAsync(context, () => BytesAsync(context.Lanes), () => BytesAsync(1));
        return [TargetRow.AtMost($"memory of {context.Lanes} lanes ÷ one lane", 1.1, rounds.Ratios, $"{rounds.Middles("MB")} of the worker after answers on every lane, its weights prepacked, {model.Shape!.Name}")];

        async Task<double> BytesAsync(int lanes)
        {
            await using var served = await ServedModel.StartAsync(context, model, authorised: false, cancellationToken, new() { ["Worker:Lanes"] = $"{lanes}" });
            await served.SettleAsync(served.Tensors(Tokens), TimeSpan.FromSeconds(3), cancellationToken);
            return ProcessMemory.Of(served.Worker, served.WeightsDirectory) / 1e6;
        }
    }
}
