using Grpc.Core;
using TrustedServe.Functions.Inference;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Supervision;

/// <summary>The way from any trigger to a worker.</summary>
internal sealed class InferenceGateway(WorkerFleet fleet, TimeProvider time) : IInferenceGateway, IModelStatistics
{
    private const int RetryAfterSeconds = 1;

    // A worker reads its statistics from memory; one that takes longer hangs.
    private static readonly TimeSpan StatisticsTime = TimeSpan.FromSeconds(5);

    /// <summary>Where <see cref="RpcErrors"/> puts the worker's code.</summary>
    private const string CodeTrailer = "tsf-code";

    /// <inheritdoc/>
    public ServedModel Resolve(string model, string? version) => ReadyOf(Find(model, version)).Model;

    /// <inheritdoc/>
    public async Task<ModelInferResponse> InferAsync(ServedModel model, ModelInferRequest request, DateTimeOffset deadline, CancellationToken cancellationToken)
    {
        var connection = ReadyOf(Find(model.Name, model.Version)).Connection;
        if (deadline <= time.GetUtcNow())
        {
            throw TsfErrors.DeadlineExceeded.With("The deadline passed before the worker was asked.");
        }

        request.ModelName = model.Name;
        request.ModelVersion = model.Version;
        try
        {
            return await connection.Inference.ModelInferAsync(request, new CallOptions(deadline: deadline.UtcDateTime, cancellationToken: cancellationToken));
        }
        catch (RpcException exception) when (!cancellationToken.IsCancellationRequested
            && (exception.StatusCode is StatusCode.Cancelled || (connection.IsClosed && exception.StatusCode is StatusCode.Internal or StatusCode.Unknown)))
        {
            // Nobody cancelled but the supervisor, who closes the connection of a worker that ended.
            throw Lost(exception);
        }
        catch (RpcException exception)
        {
            throw FromRpc(exception);
        }
        catch (ObjectDisposedException exception)
        {
            throw Lost(exception);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ModelSnapshot>> StatisticsAsync(ServedModel model, CancellationToken cancellationToken)
    {
        var connection = ReadyOf(Find(model.Name, model.Version)).Connection;
        var request = new StatisticsRequest { Name = model.Name, Version = model.Version };
        try
        {
            return [await connection.Control.StatisticsAsync(request, deadline: (time.GetUtcNow() + StatisticsTime).UtcDateTime, cancellationToken: cancellationToken)];
        }
        catch (RpcException exception) when (!cancellationToken.IsCancellationRequested && exception.StatusCode is StatusCode.Cancelled)
        {
            throw Lost(exception);
        }
        catch (RpcException exception)
        {
            throw FromRpc(exception);
        }
        catch (ObjectDisposedException exception)
        {
            throw Lost(exception);
        }
    }

    private WorkerSupervisor Find(string model, string? version)
    {
        var versions = fleet.Find(model) ?? throw TsfErrors.UnknownModel.With("There is no model of this name.");
        if (version is not null)
        {
            return versions.GetValueOrDefault(version) ?? throw TsfErrors.UnknownVersion.With("There is no such version of this model.");
        }

        foreach (var supervisor in versions.Values)
        {
            if (supervisor.IsDefault)
            {
                return supervisor;
            }
        }

        throw TsfErrors.UnknownVersion.With("The store's index names no default version of this model: ask for a version.");
    }

    private static WorkerState.Ready ReadyOf(WorkerSupervisor supervisor) => supervisor.State switch
    {
        WorkerState.Ready ready => ready,
        WorkerState.Failed failed => throw new TsfException(failed.Cause.Error, failed.Cause.Message),
        _ => throw new TsfException(TsfErrors.ModelNotReady, "The model is starting.") { RetryAfterSeconds = RetryAfterSeconds },
    };

    /// <summary>
    /// The worker's own refusal. Without a code of the worker's, <c>Internal</c> is the transport's word for a stream that broke:
    /// the request is not to blame for it.
    /// </summary>
    internal static TsfException FromRpc(RpcException exception) =>
        exception.StatusCode == StatusCode.Internal && exception.Trailers.GetValue(CodeTrailer) is null ? Lost(exception) : RpcErrors.FromRpc(exception);

    private static TsfException Lost(Exception cause) =>
        new(TsfErrors.WorkerLost, "The worker ended in the middle of the request.", cause) { RetryAfterSeconds = RetryAfterSeconds };
}
