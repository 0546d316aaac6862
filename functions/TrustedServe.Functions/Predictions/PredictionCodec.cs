using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using TrustedServe.Functions.Inference;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Functions.Predictions;

/// <summary>
/// Between rows as people write them and tensors: a row is a text (string, or object with <c>text</c>) for
/// <c>text-classification</c>, a grid (nested or flat numbers, or object with <c>image</c>) for <c>image-classification</c>,
/// an object of inputs by name without the batch dimension for <c>tensor</c>.
/// </summary>
public static class PredictionCodec
{
    /// <summary>One request with the given rows as its batch, all outputs asked for.</summary>
    /// <exception cref="TsfException">TSF4xxx naming the row and what is wrong with it.</exception>
    public static ModelInferRequest Encode(ModelMetadataResponse metadata, IReadOnlyList<JsonElement> rows)
    {
        if (rows.Count == 0)
        {
            throw TsfErrors.MalformedRequest.With("There is no row to predict.");
        }

        CheckCount(metadata, rows.Count);
        var task = metadata.Task();
        var tensors = metadata.Inputs.Select(declared => new RowTensor(declared)).ToArray();
        for (var i = 0; i < rows.Count; i++)
        {
            if (task == ModelTasks.Tensor)
            {
                AddInputs(metadata, tensors, rows[i], i);
            }
            else
            {
                tensors[0].Add(OnlyInput(metadata, rows[i], i));
            }
        }

        var request = new ModelInferRequest();
        foreach (var tensor in tensors)
        {
            tensor.AddTo(request);
        }

        return request;
    }

    /// <summary>One request with one text, whose bytes are UTF-8.</summary>
    internal static ModelInferRequest EncodeText(ModelMetadataResponse metadata, ReadOnlySpan<byte> utf8)
    {
        var raw = new byte[RawTensor.LengthPrefix + utf8.Length];
        BinaryPrimitives.WriteInt32LittleEndian(raw, utf8.Length);
        utf8.CopyTo(raw.AsSpan(RawTensor.LengthPrefix));
        var input = new ModelInferRequest.Types.InferInputTensor { Name = metadata.Inputs[0].Name, Datatype = Datatype.Bytes.Name() };
        input.Shape.Add(1);
        return new ModelInferRequest { Inputs = { input }, RawInputContents = { UnsafeByteOperations.UnsafeWrap(raw) } };
    }

    /// <summary>Refuses more rows than the model takes at once.</summary>
    /// <exception cref="TsfException">TSF4013.</exception>
    internal static void CheckCount(ModelMetadataResponse metadata, int count)
    {
        if (metadata.Properties.TryGetValue("max_batch", out var text)
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && count > most)
        {
            throw TsfErrors.InputTooLong.With($"There are {count} rows; the model takes at most {most} at once.");
        }
    }

    /// <summary>Whether one row alone would encode; the reason when not. Lets a batch job score the others.</summary>
    public static TsfException? Check(ModelMetadataResponse metadata, JsonElement row)
    {
        try
        {
            Encode(metadata, [row]);
            return null;
        }
        catch (TsfException exception)
        {
            return exception;
        }
    }

    /// <summary>
    /// Writes one row of an answer as an object: classifiers give <c>{"label","score","logits":[…],"scores":{label:score,…}}</c>, best
    /// first, and <c>"truncated":true</c> when the text was cut; <c>tensor</c> gives each output by name.
    /// </summary>
    /// <param name="writer">Takes the object.</param>
    /// <param name="metadata">The model's.</param>
    /// <param name="response">The answer.</param>
    /// <param name="row">Which row, from 0.</param>
    /// <param name="rows">How many rows the request had.</param>
    /// <exception cref="TsfException">TSF4017 when the row has no JSON form; TSF4002 when the answer cannot be parted by rows; TSF0001 when it contradicts itself.</exception>
    public static void WriteRow(Utf8JsonWriter writer, ModelMetadataResponse metadata, ModelInferResponse response, int row, int rows)
    {
        var answer = new Answer(metadata, response, rows);
        writer.WriteStartObject();
        if (metadata.Task() == ModelTasks.Tensor)
        {
            answer.WriteOutputs(writer, row);
        }
        else
        {
            answer.WriteBest(writer, row);
            answer.WriteNested(writer, "logits", row);
            writer.WriteStartObject("scores"u8);
            answer.WriteScores(writer, row);
            writer.WriteEndObject();
            if (Truncation.Has(response, row))
            {
                writer.WriteBoolean("truncated"u8, true);
            }
        }

        writer.WriteEndObject();
    }

    // Members beside the input (an id, an expected label) are the caller's own: rows of a data set serve as they are.
    private static JsonElement OnlyInput(ModelMetadataResponse metadata, JsonElement row, int index)
    {
        var name = metadata.Inputs[0].Name;
        if (row.ValueKind != JsonValueKind.Object)
        {
            return row;
        }

        return row.TryGetProperty(name, out var value)
            ? value
            : throw TsfErrors.UnknownInput.With($"Row {index} has no member '{name}'.");
    }

    private static void AddInputs(ModelMetadataResponse metadata, RowTensor[] tensors, JsonElement row, int index)
    {
        if (row.ValueKind != JsonValueKind.Object)
        {
            throw TsfErrors.MalformedRequest.With($"Row {index} must be an object of inputs by name.");
        }

        var members = 0;
        foreach (var member in row.EnumerateObject())
        {
            members++;
            if (metadata.Inputs.All(input => !member.NameEquals(input.Name)))
            {
                throw TsfErrors.UnknownInput.With($"Row {index} has a member that is not an input of the model.");
            }
        }

        for (var i = 0; i < tensors.Length; i++)
        {
            if (!row.TryGetProperty(metadata.Inputs[i].Name, out var value))
            {
                throw TsfErrors.UnknownInput.With($"Row {index} has no input '{metadata.Inputs[i].Name}'.");
            }

            tensors[i].Add(value);
        }

        if (members != tensors.Length)
        {
            throw TsfErrors.UnknownInput.With($"Row {index} has an input twice.");
        }
    }
}
