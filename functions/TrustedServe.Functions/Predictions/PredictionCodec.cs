using System.Text.Json;
using TrustedServe.Protocol.Rpc;

namespace TrustedServe.Functions.Predictions;

/// <summary>
/// Between rows as people write them and tensors: a row is a text (string, or object with <c>text</c>) for
/// <c>text-classification</c>, a grid (nested or flat numbers, or object with <c>image</c>) for <c>image-classification</c>,
/// an object of inputs by name without the batch dimension for <c>tensor</c>.
/// </summary>
public static class PredictionCodec
{
    /// <summary>One request with the given rows as its batch, all outputs asked for.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF4xxx naming the row and what is wrong with it.</exception>
    public static ModelInferRequest Encode(ModelMetadataResponse metadata, IReadOnlyList<JsonElement> rows) => throw new NotImplementedException();

    /// <summary>Whether one row alone would encode; the reason when not. Lets a batch job score the others.</summary>
    public static Protocol.Errors.TsfException? Check(ModelMetadataResponse metadata, JsonElement row) => throw new NotImplementedException();

    /// <summary>
    /// Writes one row of an answer as an object: classifiers give <c>{"label","score","logits":[…],"scores":{label:score,…}}</c>, best
    /// first; <c>tensor</c> gives each output by name.
    /// </summary>
    public static void WriteRow(Utf8JsonWriter writer, ModelMetadataResponse metadata, ModelInferResponse response, int row) => throw new NotImplementedException();
}
