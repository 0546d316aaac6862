using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Inference;

/// <summary>The way from any trigger to a worker.</summary>
public interface IInferenceGateway
{
    /// <summary>Finds a model that is served; a null version means the default that the store's index states.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF4003, TSF4004; TSF5001 while it starts; TSF5002 when it failed.</exception>
    ServedModel Resolve(string model, string? version);

    /// <summary>Calls the model's worker.</summary>
    /// <param name="model">A model that <see cref="Resolve"/> gave.</param>
    /// <param name="request">Inputs as raw contents; model name and version are filled in here.</param>
    /// <param name="deadline">When an answer is of no more use; queueing counts.</param>
    /// <param name="cancellationToken">Cancelled when the caller leaves.</param>
    /// <param name="brief">Whether what the caller does with the answer takes little time and never waits, so that it may be done by the thread that reads all answers.</param>
    /// <exception cref="Protocol.Errors.TsfException">What the worker answered, or TSF5003, TSF4011, TSF4012.</exception>
    Task<ModelInferResponse> InferAsync(ServedModel model, ModelInferRequest request, Deadline deadline, CancellationToken cancellationToken, bool brief = false);
}
