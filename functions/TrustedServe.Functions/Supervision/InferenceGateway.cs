using TrustedServe.Functions.Inference;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Supervision;

/// <summary>The way from any trigger to a worker.</summary>
internal sealed class InferenceGateway(WorkerFleet fleet, TimeProvider time) : IInferenceGateway
{
    private const int RetryAfterSeconds = 1;

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
        return await connection.InferAsync(request, deadline, cancellationToken);
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
}
