using Grpc.Core;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Benchmarks.PlainWorkers;

/// <summary>A start of one step.</summary>
internal sealed class PlainControl : WorkerControl.WorkerControlBase
{
    /// <inheritdoc/>
    public override Task WatchStart(WatchStartRequest request, IServerStreamWriter<StartStep> responseStream, ServerCallContext context) =>
        responseStream.WriteAsync(new StartStep { Phase = StartStep.Types.Phase.Ready }, context.CancellationToken);
}
