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
        var (priority, caller) = (RequestPriority.Read(request), RequestPriority.ReadCaller(request));
        var rows = new int[text.ElementCount][];
        List<int>? cut = null;
        var rest = text.Data.Span;
        for (var row = 0; BytesElements.TryTake(ref rest, out var element); row++)
        {
            var truncated = false;
            rows[row] = encoder.Encode(element, row, ref truncated);
            if (truncated)
            {
                (cut ??= []).Add(row);
            }
        }

        return new TextWork(this, graph.Outputs, request, rows, cut) { Priority = priority, Caller = caller };
    }

    /// <summary>Runs the graph for rows of word pieces, each filled up to the longest.</summary>
    internal void Compute(Lane lane, LaneBatch batch)
    {
        var cells = batch.Rows * batch.Width;
        var tensors = lane.Scratch.Take(checked(graphInputs.Length * cells * sizeof(long)));
        long[] shape = [batch.Rows, batch.Width];
        var values = new OrtValue[graphInputs.Length];
        try
        {
            for (var i = 0; i < values.Length; i++)
            {
                var tensor = tensors.Slice(i * cells * sizeof(long), cells * sizeof(long));
                Fill(MemoryMarshal.Cast<byte, long>(tensor), graphInputs[i], batch);
                values[i] = LaneScratch.Wrap(tensor, TensorElements.ToEngine(Datatype.Int64), shape);
            }

            graph.Run(lane, values, batch);
        }
        finally
        {
            foreach (var value in values)
            {
                value?.Dispose();
            }
        }
    }

    private void Fill(Span<long> tensor, string name, LaneBatch batch)
    {
        tensor.Fill(name == Ids ? encoder.PaddingId : 0);
        if (name == Types)
        {
            return;
        }

        for (var i = 0; i < batch.Parts.Count; i++)
        {
            var part = batch.Parts[i];
            for (var row = 0; row < part.Count; row++)
            {
                var pieces = ((TextWork)part.Work).PiecesAt(part.First + row);
                var cells = tensor.Slice((part.At + row) * batch.Width, pieces.Length);
                for (var piece = 0; piece < pieces.Length; piece++)
                {
                    cells[piece] = name == Ids ? pieces[piece] : 1;
                }
            }
        }
    }
}
