using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Worker.Lanes;

namespace TrustedServe.Worker.Tasks;

/// <summary>What stands between a request and the graph.</summary>
internal interface ITaskPipeline
{
    /// <summary>Inputs as callers send them.</summary>
    IReadOnlyList<TensorSpec> Inputs { get; }

    /// <summary>Outputs as callers get them.</summary>
    IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>Checks a request and makes it ready for a lane. Runs on the caller's thread, so that bad input never takes a place in the line.</summary>
    /// <exception cref="TsfException">TSF4xxx saying what is wrong with the request.</exception>
    LaneWork Prepare(ModelInferRequest request);
}
