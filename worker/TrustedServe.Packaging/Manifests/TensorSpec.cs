using System.Text.Json.Serialization;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Packaging.Manifests;

/// <summary>An input or output of the graph.</summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="Datatype">Its element type.</param>
/// <param name="Shape">Its shape, at most 8 dimensions; -1 for a dynamic one.</param>
public sealed record TensorSpec(string Name, [property: JsonConverter(typeof(DatatypeJsonConverter))] Datatype Datatype, IReadOnlyList<long> Shape);
