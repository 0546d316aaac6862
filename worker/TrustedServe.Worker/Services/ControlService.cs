using Grpc.Core;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Worker.Sessions;
using TrustedServe.Worker.Starting;

namespace TrustedServe.Worker.Services;

/// <summary>How far the start is, and what was computed since.</summary>
internal sealed class ControlService(ModelSlot slot, StartProgress progress, AttestationRenewal renewal, IHostApplicationLifetime lifetime) : WorkerControl.WorkerControlBase
{
    /// <inheritdoc/>
    public override async Task WatchStart(WatchStartRequest request, IServerStreamWriter<StartStep> responseStream, ServerCallContext context)
    {
        // A stop must not wait for who watches.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await foreach (var step in progress.WatchAsync(ending.Token).ConfigureAwait(false))
            {
                await responseStream.WriteAsync(step, ending.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "The worker stops or the watcher left."));
        }
    }

    /// <inheritdoc/>
    public override Task<StartReport> ReadStart(ReadStartRequest request, ServerCallContext context)
    {
        var report = new StartReport
        {
            FetchedPercent = progress.Fetched.Percent,
            UnsealedPercent = progress.Unsealed.Percent,
            WarmedPercent = progress.Warmed.Percent,
            Ready = slot.IsReady,
            Weights = slot.Weights switch
            {
                SessionKind.Mapped => "mapped",
                SessionKind.Prepacked => "prepacked",
                _ => string.Empty,
            },
        };
        if (renewal.Left is { } left)
        {
            report.AttestationSecondsLeft = left.TotalSeconds;
        }

        report.Spans.AddRange(progress.Timeline.Spans);
        return Task.FromResult(report);
    }

    /// <inheritdoc/>
    public override Task<ModelSnapshot> Statistics(StatisticsRequest request, ServerCallContext context)
    {
        try
        {
            var model = slot.Get(request.Name, request.Version);
            return Task.FromResult(model.Scheduler.Snapshot(model.Name, model.Version));
        }
        catch (TsfException exception)
        {
            throw RpcErrors.ToRpc(exception);
        }
    }
}
