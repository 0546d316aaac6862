using TrustedServe.Functions.Inference;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Supervision;

/// <summary>The way from any trigger to a worker.</summary>
internal sealed class InferenceGateway(WorkerFleet fleet, ILogger<InferenceGateway> logger) : IInferenceGateway, IModelStatistics
{
    /// <inheritdoc/>
    public ServedModel Resolve(string model, string? version) => fleet.Get(model, version).Resolve();

    /// <inheritdoc/>
    public async Task<ModelInferResponse> InferAsync(ServedModel model, ModelInferRequest request, Deadline deadline, CancellationToken cancellationToken, bool brief = false)
    {
        var workers = fleet.Get(model.Name, model.Version);
        var worker = Enter(workers, deadline) ?? throw workers.Unserved();
        request.ModelName = model.Name;
        request.ModelVersion = model.Version;
        try
        {
            return await CallAsync(worker, request, deadline, cancellationToken, brief);
        }
        catch (TsfException exception) when (exception.Error == TsfErrors.WorkerLost && !cancellationToken.IsCancellationRequested)
        {
            // Computing changes nothing, so doing it twice does no harm; more often could, when it is the request that ends the
            // workers. Without another worker the caller hears at once and need not wait for a restart.
            if (Enter(workers, deadline, worker) is not { } other)
            {
                throw;
            }

            SupervisionLog.Retried(logger, model.Name, model.Version);
            return await CallAsync(other, request, deadline, cancellationToken, brief);
        }
    }

    // A worker that counts this call among those it has in hand; null when there is none.
    private static WorkerState.Ready? Enter(ModelWorkers workers, Deadline deadline, WorkerState.Ready? except = null)
    {
        while (workers.Pick(except) is { } worker)
        {
            if (deadline.HasPassed)
            {
                throw TsfErrors.DeadlineExceeded.With("The deadline passed before the worker was asked.");
            }

            // Whoever unloads lets no call begin and then looks for those in hand: one that is counted only now may have been missed.
            worker.Calls.Enter();
            if (workers.MayCall(worker))
            {
                return worker;
            }

            worker.Calls.Leave();
        }

        return null;
    }

    private static async Task<ModelInferResponse> CallAsync(WorkerState.Ready worker, ModelInferRequest request, Deadline deadline, CancellationToken cancellationToken, bool brief)
    {
        try
        {
            return await worker.Connection.InferAsync(request, deadline, cancellationToken, brief);
        }
        finally
        {
            worker.Calls.Leave();
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ModelSnapshot>> StatisticsAsync(ServedModel model, CancellationToken cancellationToken)
    {
        var workers = fleet.Get(model.Name, model.Version);
        return workers.Ready is { Count: > 0 } ready
            ? await Task.WhenAll(ready.Select(worker => worker.Connection.StatisticsAsync(model.Name, model.Version, cancellationToken)))
            : throw workers.Unserved();
    }
}
