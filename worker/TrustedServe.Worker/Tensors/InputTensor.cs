using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Worker.Tensors;

/// <summary>An input of a request whose datatype, shape and data were found to fit each other and the model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">Its element type.</param>
/// <param name="Shape">Its concrete shape.</param>
/// <param name="ElementCount">The product of its shape.</param>
/// <param name="Data">Its elements, little-endian and row-major; BYTES elements with their lengths before them.</param>
internal sealed record InputTensor(string Name, Datatype Datatype, long[] Shape, int ElementCount, ReadOnlyMemory<byte> Data);
