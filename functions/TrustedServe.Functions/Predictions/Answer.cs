using System.Text.Json;
using System.Text.Unicode;
using TrustedServe.Functions.Inference;
using TrustedServe.Functions.Inference.Json;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Functions.Predictions;

/// <summary>An answer of a worker, row by row.</summary>
internal readonly struct Answer
{
    private readonly ModelMetadataResponse metadata;
    private readonly ModelInferResponse response;
    private readonly int rows;

    /// <summary>Looks at an answer to a request of <paramref name="rows"/> rows.</summary>
    /// <exception cref="TsfException">TSF0001 when it contradicts itself; TSF4002 when it cannot be told apart by rows.</exception>
    public Answer(ModelMetadataResponse metadata, ModelInferResponse response, int rows)
    {
        InferResponseCheck.Consistent(response);
        (this.metadata, this.response, this.rows) = (metadata, response, rows);
        if (WithoutRows(metadata, response, rows) is { } output)
        {
            throw TsfErrors.InvalidTensor.With($"Output '{output}' does not have a row for each of the {rows} rows: send one row at a time.");
        }
    }

    /// <summary>Whether an answer to <paramref name="rows"/> rows can be parted into them.</summary>
    public static bool HasRows(ModelMetadataResponse metadata, ModelInferResponse response, int rows) => WithoutRows(metadata, response, rows) is null;

    /// <summary>Writes <c>"label"</c> and <c>"score"</c> of the best label.</summary>
    public void WriteBest(Utf8JsonWriter writer, int row)
    {
        Labelled(row, out var labels, out var scores);
        if (scores.IsEmpty)
        {
            throw Contradiction();
        }

        writer.WriteString("label"u8, Label(ref labels));
        writer.WriteNumber("score"u8, Score(scores[0]));
    }

    /// <summary>Writes each label with its score as members, best first.</summary>
    public void WriteScores(Utf8JsonWriter writer, int row)
    {
        Labelled(row, out var labels, out var scores);
        foreach (var score in scores)
        {
            writer.WriteNumber(Label(ref labels), Score(score));
        }
    }

    /// <summary>Writes every output by name, nested, without its batch dimension.</summary>
    public void WriteOutputs(Utf8JsonWriter writer, int row)
    {
        foreach (var output in response.Outputs)
        {
            WriteNested(writer, output.Name, row);
        }
    }

    /// <summary>Writes one row of an output as a member.</summary>
    public void WriteNested(Utf8JsonWriter writer, string name, int row)
    {
        var index = IndexOf(name);
        var output = response.Outputs[index];
        DatatypeNames.TryParse(output.Datatype, out var datatype);
        var shape = output.Shape.CopyTo(stackalloc long[TensorShape.MaxRank]);
        var raw = response.RawOutputContents[index].Span;

        // A single row owns the whole tensor: what its first dimension counts, when that is not one, are no rows.
        if (IsBatched(metadata, name) && shape.Length > 0 && (rows > 1 || shape[0] == 1))
        {
            raw = Row(datatype, shape, raw, row);
            shape = shape[1..];
        }

        writer.WritePropertyName(name);
        TensorJsonWriter.WriteNested(writer, name, datatype, shape, raw);
    }

    private void Labelled(int row, out ReadOnlySpan<byte> labels, out ReadOnlySpan<float> scores)
    {
        var labelsIndex = IndexOf("labels");
        var scoresIndex = IndexOf("scores");
        var shape = response.Outputs[labelsIndex].Shape;
        if (shape.Count != 2 || !shape.Equals(response.Outputs[scoresIndex].Shape)
            || response.Outputs[labelsIndex].Datatype != "BYTES" || response.Outputs[scoresIndex].Datatype != "FP32")
        {
            throw Contradiction();
        }

        var dimensions = shape.CopyTo(stackalloc long[TensorShape.MaxRank]);
        labels = Row(Datatype.Bytes, dimensions, response.RawOutputContents[labelsIndex].Span, row);
        scores = RawTensor.Elements<float>(Row(Datatype.Fp32, dimensions, response.RawOutputContents[scoresIndex].Span, row));
    }

    private static ReadOnlySpan<byte> Row(Datatype datatype, scoped ReadOnlySpan<long> shape, ReadOnlySpan<byte> raw, int row)
    {
        if (row >= shape[0])
        {
            throw TsfErrors.Internal.With("The worker answered fewer rows than it was asked.");
        }

        var perRow = TensorShape.ElementCount(shape[1..], "row");
        if (datatype != Datatype.Bytes)
        {
            var size = (int)perRow * datatype.ElementSize();
            return raw.Slice(row * size, size);
        }

        for (var i = row * perRow; i > 0; i--)
        {
            RawTensor.Next(ref raw);
        }

        var rest = raw;
        for (var i = perRow; i > 0; i--)
        {
            RawTensor.Next(ref rest);
        }

        return raw[..(raw.Length - rest.Length)];
    }

    private static ReadOnlySpan<byte> Label(ref ReadOnlySpan<byte> labels)
    {
        var label = RawTensor.Next(ref labels);
        return Utf8.IsValid(label) ? label : throw TsfErrors.NoJsonForm.With("A label is not UTF-8 text.");
    }

    private static float Score(float score) =>
        float.IsFinite(score) ? score : throw TsfErrors.NoJsonForm.With("A score is NaN or infinite, which JSON cannot express.");

    // A graph's own outputs need not have a row for each row of its inputs; parted by rows all the same, they would be wrong.
    private static string? WithoutRows(ModelMetadataResponse metadata, ModelInferResponse response, int rows)
    {
        if (rows > 1 && metadata.Task() == ModelTasks.Tensor)
        {
            foreach (var output in response.Outputs)
            {
                if (output.Shape.Count == 0 || output.Shape[0] != rows || !IsBatched(metadata, output.Name))
                {
                    return output.Name;
                }
            }
        }

        return null;
    }

    private int IndexOf(string name)
    {
        for (var i = 0; i < response.Outputs.Count; i++)
        {
            if (response.Outputs[i].Name == name)
            {
                return i;
            }
        }

        throw Contradiction();
    }

    private static bool IsBatched(ModelMetadataResponse metadata, string name)
    {
        foreach (var declared in metadata.Outputs)
        {
            if (declared.Name == name)
            {
                return RowTensor.IsBatched(declared);
            }
        }

        return false;
    }

    private static TsfException Contradiction() => TsfErrors.Internal.With("The worker's answer is not that of a classifier.");
}
