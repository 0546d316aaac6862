using TrustedServe.Benchmarks.Serving;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Benchmarks.Targets;

/// <summary>Peak memory while a sealed model loads, and what is left when it is gone.</summary>
internal sealed class LoadMemory : ITarget
{
    private const int Tokens = 128;

    /// <inheritdoc/>
    public string Name => "load-memory";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<TargetRow>> MeasureAsync(BenchContext context, CancellationToken cancellationToken)
    {
        var model = await context.BertAsync(context.Large, ModelTask.Tensor, cancellationToken);
        var (ratios, left, peaks, steady) = (new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < context.Rounds; round++)
        {
            using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task<long>? watch = null;
            var served = await ServedModel.StartAsync(context, model, authorised: false, cancellationToken, workerStarted: (id, weights) => watch = ProcessMemory.WatchPeakAsync(id, weights, watching.Token));
            await using (served)
            {
                served.Ask(served.Tensors(Tokens)[0]);
                await watching.CancelAsync();
                steady.Add(ProcessMemory.Of(served.Worker, served.WeightsDirectory) / 1e6);
                peaks.Add(await watch! / 1e6);
                ratios.Add(peaks[^1] / ((model.Bytes / 1e6) + steady[^1]));
            }

            left.Add(served.LeftBehind / 1e6);
        }

        return
        [
            TargetRow.AtMost("peak memory while a sealed model loads", 1.05, ratios,
                Figures.Format($"{Figures.Median(peaks):0} MB at most ÷ ({model.Bytes / 1e6:0} MB of weights + {Figures.Median(steady):0} MB after the first answer), {model.Shape!.Name}")),
            TargetRow.AtMost("memory left after unloading, MB", 0, left, "of the worker's process and of memory-backed files under its directory, once the front end has ended"),
        ];
    }
}
