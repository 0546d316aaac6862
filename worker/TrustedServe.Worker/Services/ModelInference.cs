using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Worker.Hosting;

namespace TrustedServe.Worker.Services;

/// <summary>From a request to an answer, whichever way it came.</summary>
internal sealed class ModelInference(ModelSlot slot, ILogger<ModelInference> logger)
{
    /// <summary>Answers a request.</summary>
    /// <param name="request">Nothing of it has been checked.</param>
    /// <param name="remaining">Time until an answer is of no more use.</param>
    /// <param name="cancellationToken">Cancelled when the caller leaves.</param>
    /// <exception cref="TsfException">What the caller shall see.</exception>
    public async Task<ModelInferResponse> InferAsync(ModelInferRequest request, TimeSpan remaining, CancellationToken cancellationToken)
    {
        try
        {
            var model = slot.Get(request.ModelName, request.ModelVersion);
            var response = await model.Scheduler.RunAsync(model.Pipeline.Prepare(request), remaining, cancellationToken).ConfigureAwait(false);
            if (!model.Check.IsCompletedSuccessfully)
            {
                await KeepAsync(model, cancellationToken).ConfigureAwait(false);
            }

            response.ModelName = model.Name;
            response.ModelVersion = model.Version;
            response.Id = request.Id;
            return response;
        }
        catch (TsfException exception)
        {
            WorkerLog.RequestRefused(logger, exception.Code);
            throw;
        }
    }

    // Until it is known whether the model is served.
    private static async Task KeepAsync(LoadedModel model, CancellationToken cancellationToken)
    {
        try
        {
            await model.Check.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw TsfErrors.Cancelled.With("The caller left before the answer.");
        }
    }
}
