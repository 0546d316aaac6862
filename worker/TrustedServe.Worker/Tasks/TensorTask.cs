using Microsoft.ML.OnnxRuntime;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Lanes;
using TrustedServe.Worker.Sessions;
using TrustedServe.Worker.Tensors;

namespace TrustedServe.Worker.Tasks;

/// <summary>The task <c>tensor</c>: the graph's own inputs and outputs; only the outputs asked for are computed.</summary>
internal sealed class TensorTask(Manifest manifest, IModelRun session) : ITaskPipeline
{
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
        var outputs = RequestReader.ReadOutputs(request, manifest.Outputs);
        return new Work(this, inputs, outputs);
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

    private sealed class Work(TensorTask task, InputTensor[] inputs, int[] outputs) : LaneWork
    {
        public override ModelInferResponse Compute(Lane lane)
        {
            var specs = Array.ConvertAll(outputs, place => task.Outputs[place]);
            using var values = new InputValues(inputs);
            using var results = task.session.Run(lane.Index, lane.Options, task.inputNames, values.Values, Array.ConvertAll(specs, spec => spec.Name));
            var response = new ModelInferResponse();
            for (var i = 0; i < specs.Length; i++)
            {
                var (name, datatype) = (specs[i].Name, specs[i].Datatype);
                var shape = results[i].GetTensorTypeAndShape().Shape;
                var data = datatype == Datatype.Bytes ? Strings(results[i], name, shape) : results[i].GetTensorMutableRawData().ToArray();
                OutputTensor.Add(response, name, datatype, shape, data);
            }

            return response;
        }
    }
}
