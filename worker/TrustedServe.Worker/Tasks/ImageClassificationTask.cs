using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
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
    public LaneWork Prepare(ModelInferRequest request) =>
        new Work(this, RequestReader.ReadInputs(request, manifest.Inputs, manifest.MaxBatch)[0], request)
        {
            Priority = RequestPriority.Read(request),
            Caller = RequestPriority.ReadCaller(request),
        };

    private sealed class Work : ClassifierWork
    {
        private readonly ImageClassificationTask task;
        private readonly InputTensor image;

        public Work(ImageClassificationTask task, InputTensor image, ModelInferRequest request)
            : base(task.graph.Outputs, request, (int)image.Shape[0])
        {
            (this.task, this.image) = (task, image);

            // Rows go with others where the model leaves their number open, and only with rows of the same shape. Strings vary in length.
            var declared = task.manifest.Inputs[0];
            if (declared.Shape[0] < 0 && declared.Datatype != Datatype.Bytes && image.ElementCount > 0)
            {
                Kind = declared.Shape.Skip(1).Any(static dimension => dimension < 0) ? TensorShape.Format(image.Shape.AsSpan(1)) : task;
            }
        }

        public override object? Kind { get; }

        private int RowBytes => image.Data.Length / Rows;

        public override void Compute(Lane lane, LaneBatch batch)
        {
            long[] shape = [batch.Rows, .. image.Shape.AsSpan(1)];
            if (batch.Parts.Count > 1)
            {
                using var gathered = LaneScratch.Wrap(Gather(lane, batch), TensorElements.ToEngine(image.Datatype), shape);
                task.graph.Run(lane, [gathered], batch);
                return;
            }

            // Rows of one request are read where its message has them.
            var rows = image with { Shape = shape, ElementCount = image.ElementCount / Rows * batch.Rows, Data = Slice(batch.Parts[0]) };
            using var values = new InputValues([rows]);
            task.graph.Run(lane, values.Values, batch);
        }

        private ReadOnlyMemory<byte> Slice(BatchPart part) => image.Data.Slice(part.First * RowBytes, part.Count * RowBytes);

        private Span<byte> Gather(Lane lane, LaneBatch batch)
        {
            var rows = lane.Scratch.Take(checked(batch.Rows * RowBytes));
            for (var i = 0; i < batch.Parts.Count; i++)
            {
                var part = batch.Parts[i];
                ((Work)part.Work).Slice(part).Span.CopyTo(rows[(part.At * RowBytes)..]);
            }

            return rows;
        }
    }
}
