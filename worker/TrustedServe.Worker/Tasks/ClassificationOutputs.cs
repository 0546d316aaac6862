using System.Buffers;
using System.Text;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;
using TrustedServe.Worker.Tensors;

namespace TrustedServe.Worker.Tasks;

/// <summary>What classifiers answer: <c>labels</c> and <c>scores</c> of the best classes, best first, and all <c>logits</c> in the order of the manifest's labels.</summary>
internal sealed class ClassificationOutputs
{
    private const string TopKParameter = "top_k";
    private const int DefaultTopK = 5;
    private const int Labels = 0;
    private const int Scores = 1;
    private const int Logits = 2;
    private readonly byte[][] labels;

    /// <summary>For these labels.</summary>
    public ClassificationOutputs(IReadOnlyList<string> labels)
    {
        this.labels = [.. labels.Select(Encoding.UTF8.GetBytes)];
        Specs =
        [
            new TensorSpec("labels", Datatype.Bytes, [-1, -1]),
            new TensorSpec("scores", Datatype.Fp32, [-1, -1]),
            new TensorSpec("logits", Datatype.Fp32, [-1, labels.Count]),
        ];
    }

    /// <summary>The outputs as callers get them.</summary>
    public IReadOnlyList<TensorSpec> Specs { get; }

    /// <summary>Number of classes.</summary>
    public int Classes => labels.Length;

    /// <summary>How many classes the request wants named.</summary>
    /// <exception cref="TsfException">TSF4001 when it asks for none, or for more than there are.</exception>
    public int ReadTopK(ModelInferRequest request)
    {
        if (!request.Parameters.TryGetValue(TopKParameter, out var parameter))
        {
            return Math.Min(DefaultTopK, Classes);
        }

        if (parameter.ParameterChoiceCase != InferParameter.ParameterChoiceOneofCase.Int64Param || parameter.Int64Param < 1 || parameter.Int64Param > Classes)
        {
            throw TsfErrors.MalformedRequest.With($"The parameter {TopKParameter} must be a whole number from 1 to {Classes}.");
        }

        return (int)parameter.Int64Param;
    }

    /// <summary>Writes the outputs that were asked for.</summary>
    /// <param name="logits">Row after row, one value a class.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="topK">How many classes to name.</param>
    /// <param name="outputs">Places in <see cref="Specs"/>.</param>
    public ModelInferResponse Write(ReadOnlySpan<float> logits, int rows, int topK, ReadOnlySpan<int> outputs)
    {
        var order = ArrayPool<int>.Shared.Rent(Classes);
        var keys = ArrayPool<float>.Shared.Rent(Classes);
        var best = ArrayPool<int>.Shared.Rent(rows * topK);
        var scores = new float[rows * topK];
        var labelBytes = 0;
        for (var row = 0; row < rows; row++)
        {
            var rowLogits = logits.Slice(row * Classes, Classes);
            Rank(rowLogits, order.AsSpan(0, Classes), keys.AsSpan(0, Classes));
            Softmax(rowLogits, keys.AsSpan(0, Classes));
            for (var k = 0; k < topK; k++)
            {
                best[(row * topK) + k] = order[k];
                scores[(row * topK) + k] = keys[order[k]];
                labelBytes += BytesElements.SizeOf(labels[order[k]].Length);
            }
        }

        var response = new ModelInferResponse();
        foreach (var output in outputs)
        {
            switch (output)
            {
                case Labels:
                    OutputTensor.Add(response, Specs[Labels].Name, Datatype.Bytes, [rows, topK], Names(best.AsSpan(0, rows * topK), labelBytes));
                    break;
                case Scores:
                    OutputTensor.Add(response, Specs[Scores].Name, [rows, topK], scores);
                    break;
                case Logits:
                    OutputTensor.Add(response, Specs[Logits].Name, [rows, Classes], logits);
                    break;
            }
        }

        ArrayPool<int>.Shared.Return(order);
        ArrayPool<float>.Shared.Return(keys);
        ArrayPool<int>.Shared.Return(best);
        return response;
    }

    private byte[] Names(ReadOnlySpan<int> classes, int bytes)
    {
        var data = new byte[bytes];
        var written = 0;
        foreach (var index in classes)
        {
            written += BytesElements.Write(data.AsSpan(written), labels[index]);
        }

        return data;
    }

    // Best first; a logit that is not a number comes last.
    private static void Rank(ReadOnlySpan<float> logits, Span<int> order, Span<float> keys)
    {
        for (var i = 0; i < logits.Length; i++)
        {
            order[i] = i;
            keys[i] = float.IsNaN(logits[i]) ? float.PositiveInfinity : -logits[i];
        }

        keys.Sort(order);
    }

    // The largest logit is taken off first, so that no exponential overflows.
    private static void Softmax(ReadOnlySpan<float> logits, Span<float> scores)
    {
        var largest = float.NegativeInfinity;
        foreach (var logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        var sum = 0.0;
        for (var i = 0; i < logits.Length; i++)
        {
            scores[i] = MathF.Exp(logits[i] - largest);
            sum += scores[i];
        }

        for (var i = 0; i < logits.Length; i++)
        {
            scores[i] = (float)(scores[i] / sum);
        }
    }
}
