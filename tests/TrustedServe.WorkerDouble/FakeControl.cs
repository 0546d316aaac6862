using Grpc.Core;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.WorkerDouble;

/// <summary>How far the start is. One watcher is enough for a double.</summary>
public sealed class FakeControl(FakeStart start) : WorkerControl.WorkerControlBase
{
    /// <summary>One lane that has computed two runs of three rows.</summary>
    public override Task<ModelSnapshot> Statistics(StatisticsRequest request, ServerCallContext context)
    {
        var once = new HistogramSnapshot { Bounds = { 1, 4 }, Counts = { 0, 2, 0 }, Sum = 6 };
        return Task.FromResult(new ModelSnapshot
        {
            Name = request.Name,
            Version = request.Version,
            RequestSeconds = once,
            Failed = 1,
            Refused = 2,
            UnansweredSeconds = 0.5,
            SecondsPerRow = 0.25,
            Lanes =
            {
                new LaneSnapshot
                {
                    QueueSeconds = once,
                    RequestRows = once,
                    ComputeSeconds = once,
                    RunRows = once,
                    RunRequests = once,
                    Padding = once,
                    TokensPerSecond = once,
                    RunSizes = { new RunSizeSnapshot { Rows = 3, Runs = 2, EngineSeconds = 1.5 } },
                },
            },
        });
    }

    public override Task<StartReport> ReadStart(ReadStartRequest request, ServerCallContext context) => Task.FromResult(start.Report());

    public override async Task WatchStart(WatchStartRequest request, IServerStreamWriter<StartStep> responseStream, ServerCallContext context)
    {
        await foreach (var step in start.Steps.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(step, context.CancellationToken);
            if (step.Phase is StartStep.Types.Phase.Failed)
            {
                start.FailureTold();
            }

            if (step.Phase is StartStep.Types.Phase.Ready or StartStep.Types.Phase.Failed)
            {
                return;
            }
        }
    }
}
