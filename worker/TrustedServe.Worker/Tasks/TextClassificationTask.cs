using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Lanes;
using TrustedServe.Worker.Sessions;
using TrustedServe.Worker.Tensors;

namespace TrustedServe.Worker.Tasks;

/// <summary>The task <c>text-classification</c>: text in, word pieces padded to the longest row through the graph, labels and scores out.</summary>
internal sealed class TextClassificationTask : ITaskPipeline
{
    private const string Ids = "input_ids";
    private const string Mask = "attention_mask";
    private const string Types = "token_type_ids";
    private const string Truncated = "truncated";
    private static readonly TensorSpec[] Served = [new("text", Datatype.Bytes, [-1])];
    private readonly string[] graphInputs;
    private readonly ClassifierGraph graph;
    private readonly TextEncoder encoder;
    private readonly int maxBatch;

    /// <summary>Checks that the graph is one for the task.</summary>
    /// <exception cref="TsfException">TSF5004, TSF1001.</exception>
    public TextClassificationTask(Manifest manifest, IModelRun session, TextEncoder encoder)
    {
        graphInputs = [.. manifest.Inputs.Select(input => input.Name)];
        var known = manifest.Inputs.All(input => input is { Name: Ids or Mask or Types, Datatype: Datatype.Int64, Shape: [-1, -1] });
        if (!known || !graphInputs.Contains(Ids))
        {
            throw TsfErrors.GraphRejected.With($"The graph of a text classifier must take {Ids} and may take {Mask} and {Types}, all INT64 [-1,-1], and nothing else.");
        }

        (this.encoder, maxBatch, graph) = (encoder, manifest.MaxBatch, new ClassifierGraph(manifest, session));
    }

    /// <inheritdoc/>
    public IReadOnlyList<TensorSpec> Inputs => Served;

    /// <inheritdoc/>
    public IReadOnlyList<TensorSpec> Outputs => graph.Outputs.Specs;

    /// <inheritdoc/>
    public LaneWork Prepare(ModelInferRequest request)
    {
        var text = RequestReader.ReadInputs(request, Served, maxBatch)[0];
        var outputs = RequestReader.ReadOutputs(request, Outputs);
        var topK = graph.Outputs.ReadTopK(request);
        var rows = new int[text.ElementCount][];
        var truncated = false;
        var rest = text.Data.Span;
        for (var row = 0; BytesElements.TryTake(ref rest, out var element); row++)
        {
            rows[row] = encoder.Encode(element, row, ref truncated);
        }

        return new Work(this, rows, truncated, topK, outputs);
    }

    private sealed class Work(TextClassificationTask task, int[][] rows, bool truncated, int topK, int[] outputs) : LaneWork
    {
        public override ModelInferResponse Compute(Lane lane)
        {
            var width = rows.Max(row => row.Length);
            var cells = rows.Length * width;
            var tensors = MemoryMarshal.Cast<byte, long>(lane.Scratch.Take(checked(task.graphInputs.Length * cells * sizeof(long))));
            long[] shape = [rows.Length, width];
            var values = new OrtValue[task.graphInputs.Length];
            try
            {
                for (var i = 0; i < values.Length; i++)
                {
                    var tensor = tensors.Slice(i * cells, cells);
                    Fill(tensor, task.graphInputs[i], width);
                    values[i] = Wrap(tensor, shape);
                }

                var response = task.graph.Run(lane, values, rows.Length, topK, outputs);
                if (truncated)
                {
                    response.Parameters.Add(Truncated, new InferParameter { BoolParam = true });
                }

                return response;
            }
            finally
            {
                foreach (var value in values)
                {
                    value?.Dispose();
                }
            }
        }

        private static unsafe OrtValue Wrap(Span<long> tensor, long[] shape)
        {
            // Native memory of the lane: it does not move, and stays until the lane's next request.
            fixed (long* address = tensor)
            {
                return OrtValue.CreateTensorValueWithData(
                    OrtMemoryInfo.DefaultInstance, TensorElements.ToEngine(Datatype.Int64), shape, (nint)address, (long)tensor.Length * sizeof(long));
            }
        }

        private void Fill(Span<long> tensor, string name, int width)
        {
            tensor.Fill(name == Ids ? task.encoder.PaddingId : 0);
            if (name == Types)
            {
                return;
            }

            for (var row = 0; row < rows.Length; row++)
            {
                var cells = tensor.Slice(row * width, rows[row].Length);
                for (var i = 0; i < cells.Length; i++)
                {
                    cells[i] = name == Ids ? rows[row][i] : 1;
                }
            }
        }
    }
}
