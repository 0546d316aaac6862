using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TrustedServe.Packaging.Graphs.Rules;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Hardening;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Protocol.Workers;
using TrustedServe.Worker.Lanes;
using TrustedServe.Worker.Sessions;
using TrustedServe.Worker.Tasks;
using TrustedServe.Worker.Warmup;

namespace TrustedServe.Worker.Starting;

/// <summary>
/// Goes once, beside the loading, through what comes between a model's plaintext and its first answer, with the smallest model there is:
/// what is compiled by then is not compiled while a caller waits. Nothing of the model is needed for it, or touched.
/// </summary>
internal sealed class StartRehearsal(WorkerConfig config, StartTimeline timeline, TimeProvider time)
{
    private static readonly Manifest Smallest = new()
    {
        FormatVersion = Manifest.CurrentFormat,
        Name = "rehearsal",
        Version = "1",
        Task = ModelTask.Tensor,
        Graph = "model.onnx",
        Inputs = [new(SmallestGraph.Input, Datatype.Fp32, [1])],
        Outputs = [new(SmallestGraph.Output, Datatype.Fp32, [1])],
        Precision = "fp32",
        Files = [],
        Warmup = [new() { Inputs = [One(SmallestGraph.Input)], Outputs = [One(SmallestGraph.Output)] }],
    };

    /// <summary>Does so, once what listens is up: that is on the way of every start, and compiles on the same cores. What fails here fails again, and is reported, with the model itself.</summary>
    /// <param name="listening">Set when it is.</param>
    /// <param name="stopping">Ends the wait.</param>
    public async Task RunAsync(CancellationToken listening, CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(listening, stopping);
        await Task.Delay(Timeout.InfiniteTimeSpan, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stopping.IsCancellationRequested)
        {
            using var rehearsing = timeline.Begin("rehearsal");
            await RehearseAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RehearseAsync(CancellationToken stopping)
    {
        using var directory = MemoryBackedDirectory.Create(config.WeightsDirectory, SealedModelLoader.DirectoryPrefix, config.InsecureAllowSwap);
        var graph = Path.Combine(directory.Path, Smallest.Graph);
        await File.WriteAllBytesAsync(graph, SmallestGraph.Bytes.ToArray(), stopping).ConfigureAwait(false);
        GraphRules.CheckFile(graph);
        int[] cores = [Thread.GetCurrentProcessorId()];
        await using var sessions = new ModelSessions(SessionSet.Build(directory.Path, Smallest, SessionKind.Mapped, temporary: false, [cores], stopping));
        using var scheduler = new LaneScheduler(cores, capacity: 1, LaneLimits.Of(Smallest), time, NullLogger.Instance);
        var pipeline = TaskPipelines.Create(directory.Path, Smallest, sessions);
        await new WarmupRunner(Smallest.Warmup, pipeline, scheduler, new StartPortion(), time).RunAsync(null, stopping).ConfigureAwait(false);
    }

    private static SampleTensor One(string name) => new(name, Datatype.Fp32, [1], [JsonElement.Parse("1"u8)]);
}
