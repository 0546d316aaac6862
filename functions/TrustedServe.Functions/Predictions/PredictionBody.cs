using System.Text.Json;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Rpc;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Functions.Predictions;

/// <summary>What a caller of <c>/predictions</c> sent: rows, and whether the answer is one object or an array of them.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="IsSingle">Whether one row was sent as itself and not as an array of one.</param>
internal readonly record struct PredictionBody(IReadOnlyList<JsonElement> Rows, bool IsSingle)
{
    /// <summary>Sorts out a JSON body.</summary>
    /// <remarks>
    /// 1. An object with <c>instances</c> holds rows. 2. Any other object, and what is no array, is one row. 3. An array is one
    /// row where the model takes grids and this is one; otherwise it holds rows.
    /// </remarks>
    /// <exception cref="TsfException">TSF4001 when <c>instances</c> is no array or not alone.</exception>
    public static PredictionBody From(ModelMetadataResponse metadata, JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("instances", out var instances)
            && metadata.Inputs.All(input => input.Name != "instances"))
        {
            return instances.ValueKind == JsonValueKind.Array && root.GetPropertyCount() == 1
                ? new([.. instances.EnumerateArray()], IsSingle: false)
                : throw TsfErrors.MalformedRequest.With("'instances' must be an array, and the only member.");
        }

        return root.ValueKind != JsonValueKind.Array || IsGrid(metadata, root)
            ? new([root], IsSingle: true)
            : new([.. root.EnumerateArray()], IsSingle: false);
    }

    // The lengths tell a grid from rows of grids: [[…8],…8] is one grid of 8×8, [[…64]] is one flat row. An array of plain
    // numbers is always meant as a grid, so that one of the wrong size is answered as such.
    private static bool IsGrid(ModelMetadataResponse metadata, JsonElement array)
    {
        if (metadata.Task() != ModelTasks.Image)
        {
            return false;
        }

        var lengths = new List<long>();
        for (var value = array; value.ValueKind == JsonValueKind.Array && lengths.Count < TensorShape.MaxRank; value = value[0])
        {
            lengths.Add(value.GetArrayLength());
            if (lengths[^1] == 0)
            {
                return false;
            }
        }

        var rowShape = metadata.Inputs[0].Shape.Skip(1).ToList();
        return lengths.Count == 1
            ? array[0].ValueKind == JsonValueKind.Number
            : rowShape.Count >= lengths.Count
                && rowShape.TakeLast(lengths.Count).SequenceEqual(lengths)
                && rowShape.SkipLast(lengths.Count).All(dimension => dimension == 1);
    }
}
