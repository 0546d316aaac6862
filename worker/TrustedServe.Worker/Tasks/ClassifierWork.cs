using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Worker.Lanes;
using TrustedServe.Worker.Tensors;

namespace TrustedServe.Worker.Tasks;

/// <summary>A request to a classifier: its rows' logits come in as they are computed, and are written as labels and scores at the end.</summary>
internal abstract class ClassifierWork : LaneWork
{
    private readonly ClassificationOutputs outputs;
    private readonly int topK;
    private readonly int[] wanted;
    private readonly float[] logits;

    /// <summary>Reads what the request wants of the answer.</summary>
    /// <param name="outputs">What can be had.</param>
    /// <param name="request">The request.</param>
    /// <param name="rows">Its rows.</param>
    /// <exception cref="TsfException">TSF4001, TSF4006.</exception>
    protected ClassifierWork(ClassificationOutputs outputs, ModelInferRequest request, int rows)
    {
        this.outputs = outputs;
        topK = outputs.ReadTopK(request);
        wanted = RequestReader.ReadOutputs(request, outputs.Specs);
        logits = new float[rows * outputs.Classes];
        Rows = rows;
        Tokens = rows;
    }

    /// <summary>Keeps the logits of rows that follow each other in the order of computing.</summary>
    public void Keep(int first, ReadOnlySpan<float> computed)
    {
        for (var row = 0; row < computed.Length / outputs.Classes; row++)
        {
            computed.Slice(row * outputs.Classes, outputs.Classes).CopyTo(logits.AsSpan(RowAt(first + row) * outputs.Classes));
        }
    }

    /// <inheritdoc/>
    public override ModelInferResponse Answer() => outputs.Write(logits, Rows, topK, wanted);

    /// <summary>Which row of the request stands at a place in the order of computing.</summary>
    protected virtual int RowAt(int place) => place;
}
