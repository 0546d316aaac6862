using Grpc.Core;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Worker.Services;

/// <summary>The Open Inference Protocol v2.</summary>
internal sealed class InferenceService(ModelSlot slot, ModelInference inference, TimeProvider time) : GRPCInferenceService.GRPCInferenceServiceBase
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
            throw RpcErrors.ToRpc(exception);
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
            throw RpcErrors.ToRpc(exception);
        }
    }

    /// <inheritdoc/>
    public override async Task<ModelInferResponse> ModelInfer(ModelInferRequest request, ServerCallContext context)
    {
        try
        {
            var remaining = context.Deadline == DateTime.MaxValue ? TimeSpan.MaxValue : context.Deadline - time.GetUtcNow().UtcDateTime;
            return await inference.InferAsync(request, remaining, context.CancellationToken).ConfigureAwait(false);
        }
        catch (TsfException exception)
        {
            throw RpcErrors.ToRpc(exception);
        }
    }
}
