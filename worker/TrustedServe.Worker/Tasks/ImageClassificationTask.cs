using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Worker.Lanes;
using TrustedServe.Worker.Sessions;
using TrustedServe.Worker.Tensors;

namespace TrustedServe.Worker.Tasks;

/// <summary>The task <c>image-classification</c>: the graph's single input in, labels and scores out.</summary>
internal sealed class ImageClassificationTask : ITaskPipeline
{
    private readonly Manifest manifest;
    private readonly ClassifierGraph graph;

    /// <summary>Checks that the graph is one for the task.</summary>
    /// <exception cref="TsfException">TSF5004, TSF1001.</exception>
    public ImageClassificationTask(Manifest manifest, IModelRun session)
    {
        if (manifest.Inputs is not [{ Shape.Count: > 0 }])
        {
            throw TsfErrors.GraphRejected.With("The graph of an image classifier must have one input, with the rows as its first dimension.");
        }

        (this.manifest, graph) = (manifest, new ClassifierGraph(manifest, session));
    }

    /// <inheritdoc/>
    public IReadOnlyList<TensorSpec> Inputs => manifest.Inputs;

    /// <inheritdoc/>
    public IReadOnlyList<TensorSpec> Outputs => graph.Outputs.Specs;

    /// <inheritdoc/>
    public LaneWork Prepare(ModelInferRequest request)
    {
        var inputs = RequestReader.ReadInputs(request, manifest.Inputs, manifest.MaxBatch);
        return new Work(graph, inputs, graph.Outputs.ReadTopK(request), RequestReader.ReadOutputs(request, Outputs));
    }

    private sealed class Work(ClassifierGraph graph, InputTensor[] inputs, int topK, int[] outputs) : LaneWork
    {
        public override ModelInferResponse Compute(Lane lane)
        {
            using var values = new InputValues(inputs);
            return graph.Run(lane, values.Values, (int)inputs[0].Shape[0], topK, outputs);
        }
    }
}
