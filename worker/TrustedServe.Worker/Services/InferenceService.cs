using Grpc.Core;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Worker.Hosting;

namespace TrustedServe.Worker.Services;

/// <summary>The Open Inference Protocol v2.</summary>
internal sealed class InferenceService(ModelSlot slot, TimeProvider time, ILogger<InferenceService> logger) : GRPCInferenceService.GRPCInferenceServiceBase
{
    private static readonly string ServerVersion = typeof(InferenceService).Assembly.GetName().Version!.ToString(3);

    /// <inheritdoc/>
    public override Task<ServerLiveResponse> ServerLive(ServerLiveRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerLiveResponse { Live = true });

    /// <inheritdoc/>
    public override Task<ServerReadyResponse> ServerReady(ServerReadyRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerReadyResponse { Ready = slot.IsReady });

    /// <inheritdoc/>
    public override Task<ServerMetadataResponse> ServerMetadata(ServerMetadataRequest request, ServerCallContext context) =>
        Task.FromResult(new ServerMetadataResponse { Name = "trustedserve-worker", Version = ServerVersion });

    /// <inheritdoc/>
    public override Task<ModelReadyResponse> ModelReady(ModelReadyRequest request, ServerCallContext context)
    {
        try
        {
            slot.CheckName(request.Name, request.Version);
            return Task.FromResult(new ModelReadyResponse { Ready = slot.IsReady });
        }
        catch (TsfException exception)
        {
            throw Refuse(exception);
        }
    }

    /// <inheritdoc/>
    public override Task<ModelMetadataResponse> ModelMetadata(ModelMetadataRequest request, ServerCallContext context)
    {
        try
        {
            return Task.FromResult(slot.Get(request.Name, request.Version).Metadata);
        }
        catch (TsfException exception)
        {
            throw Refuse(exception);
        }
    }

    /// <inheritdoc/>
    public override async Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context)
    {
        try
        {
            var model = slot.Get(request.ModelName, request.ModelVersion);
            var remaining = context.Deadline == DateTime.MaxValue ? TimeSpan.MaxValue : context.Deadline - time.GetUtcNow().UtcDateTime;
            var response = await model.Scheduler.RunAsync(model.Pipeline.Prepare(request), remaining, context.CancellationToken).ConfigureAwait(false);
            response.ModelName = model.Name;
            response.ModelVersion = model.Version;
            response.Id = request.Id;
            return response;
        }
        catch (TsfException exception)
        {
            throw Refuse(exception);
        }
    }

    private RpcException Refuse(TsfException exception)
    {
        WorkerLog.RequestRefused(logger, exception.Code);
        return RpcErrors.ToRpc(exception);
    }
}
