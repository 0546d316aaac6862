using Microsoft.ML.OnnxRuntime;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Lanes;
using TrustedServe.Worker.Sessions;
using TrustedServe.Worker.Tensors;

namespace TrustedServe.Worker.Tasks;

/// <summary>The task <c>tensor</c>: the graph's own inputs and outputs; only the outputs asked for are computed.</summary>
internal sealed class TensorTask(Manifest manifest, IModelRun session) : ITaskPipeline
{
    private readonly Manifest manifest = manifest;
    private readonly IModelRun session = session;
    private readonly string[] inputNames = [.. manifest.Inputs.Select(input => input.Name)];

    /// <inheritdoc/>
    public IReadOnlyList<TensorSpec> Inputs => manifest.Inputs;

    /// <inheritdoc/>
    public IReadOnlyList<TensorSpec> Outputs => manifest.Outputs;

    /// <inheritdoc/>
    public LaneWork Prepare(ModelInferRequest request)
    {
        var inputs = RequestReader.ReadInputs(request, manifest.Inputs, manifest.MaxBatch);
        CheckLengths(inputs);
        var outputs = RequestReader.ReadOutputs(request, manifest.Outputs);
        return new Work(this, inputs, outputs) { Priority = RequestPriority.Read(request), Caller = RequestPriority.ReadCaller(request) };
    }

    // The graph would fail on more, as on a fault of its own.
    private void CheckLengths(InputTensor[] inputs)
    {
        if (manifest.MaxSequence is not { } most)
        {
            return;
        }

        for (var i = 0; i < inputs.Length; i++)
        {
            if (manifest.Inputs[i].Shape is [_, -1, ..] && inputs[i].Shape[1] > most)
            {
                throw TsfErrors.InputTooLong.With($"Input '{inputs[i].Name}' has {inputs[i].Shape[1]} tokens a row; the model takes at most {most}.");
            }
        }
    }

    private static byte[] Strings(OrtValue value, string name, long[] shape)
    {
        var count = (int)TensorShape.ElementCount(shape, name);
        var size = 0;
        for (var i = 0; i < count; i++)
        {
            size = checked(size + BytesElements.SizeOf(value.GetStringElementAsSpan(i).Length));
        }

        var data = new byte[size];
        var written = 0;
        for (var i = 0; i < count; i++)
        {
            written += BytesElements.Write(data.AsSpan(written), value.GetStringElementAsSpan(i));
        }

        return data;
    }

    private sealed class Work : LaneWork
    {
        private readonly TensorTask task;
        private readonly InputTensor[] inputs;
        private readonly TensorSpec[] outputs;
        private readonly ModelInferResponse response = new();

        public Work(TensorTask task, InputTensor[] inputs, int[] outputs)
        {
            (this.task, this.inputs, this.outputs) = (task, inputs, Array.ConvertAll(outputs, place => task.Outputs[place]));
            Rows = task.manifest.Inputs is [{ Shape: [-1, ..] }, ..] ? (int)inputs[0].Shape[0] : 1;
            Tokens = Rows;
        }

        public override void Compute(Lane lane, LaneBatch batch)
        {
            using var values = new InputValues(inputs);
            using var results = lane.Run(task.session, task.inputNames, values.Values, Array.ConvertAll(outputs, spec => spec.Name));
            for (var i = 0; i < outputs.Length; i++)
            {
                var (name, datatype) = (outputs[i].Name, outputs[i].Datatype);
                var shape = results[i].GetTensorTypeAndShape().Shape;
                var data = datatype == Datatype.Bytes ? Strings(results[i], name, shape) : results[i].GetTensorMutableRawData().ToArray();
                OutputTensor.Add(response, name, datatype, shape, data);
            }
        }

        public override ModelInferResponse Answer() => response;
    }
}
