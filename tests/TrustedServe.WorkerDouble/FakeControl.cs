using Grpc.Core;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.WorkerDouble;

/// <summary>How far the start is. One watcher is enough for a double.</summary>
public sealed class FakeControl(FakeStart start) : WorkerControl.WorkerControlBase
{
    public override async Task WatchStart(WatchStartRequest request, IServerStreamWriter<StartStep> responseStream, ServerCallContext context)
    {
        await foreach (var step in start.Steps.ReadAllAsync(context.CancellationToken))
        {
            await responseStream.WriteAsync(step, context.CancellationToken);
            if (step.Phase is StartStep.Types.Phase.Ready or StartStep.Types.Phase.Failed)
            {
                return;
            }
        }
    }
}
