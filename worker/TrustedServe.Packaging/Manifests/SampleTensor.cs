using System.Text.Json;
using System.Text.Json.Serialization;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Packaging.Manifests;

/// <summary>A small tensor written out in a manifest.</summary>
/// <param name="Name">Its name: of a served input or output (<c>text</c>, <c>logits</c>), or of the graph's for the task <c>tensor</c>.</param>
/// <param name="Datatype">Its element type.</param>
/// <param name="Shape">Its shape, without dynamic dimensions.</param>
/// <param name="Data">Its elements, flat and row-major: numbers, booleans, or strings for BYTES.</param>
public sealed record SampleTensor(
    string Name,
    [property: JsonConverter(typeof(DatatypeJsonConverter))] Datatype Datatype,
    IReadOnlyList<long> Shape,
    IReadOnlyList<JsonElement> Data);
