using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Inference;

/// <summary>What workers have computed.</summary>
public interface IModelStatistics
{
    /// <summary>The statistics of every worker of a model version that is ready.</summary>
    /// <param name="model">A model that <see cref="IInferenceGateway.Resolve"/> gave.</param>
    /// <param name="cancellationToken">Ends the wait for the workers.</param>
    /// <exception cref="Protocol.Errors.TsfException">TSF5001 to TSF5003 when no worker can be asked.</exception>
    Task<IReadOnlyList<ModelSnapshot>> StatisticsAsync(ServedModel model, CancellationToken cancellationToken);
}
