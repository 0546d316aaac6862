using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Graphs;
using TrustedServe.Packaging.Graphs.Onnx;
using static TrustedServe.Packaging.Graphs.Onnx.TensorProto.Types;

namespace TrustedServe.Optimizer.Weights;

/// <summary>A new file of weights beside a model's own, written as they come: memory does not grow with the model.</summary>
/// <param name="directory">Where the model's weights lie.</param>
/// <param name="fileName">Name of the new file.</param>
internal sealed class NewWeights(string directory, string fileName) : IDisposable
{
    private readonly SafeFileHandle output = SafeFiles.CreateNew(Path.Combine(directory, fileName), 0);

    /// <summary>Bytes until now.</summary>
    public long Length { get; private set; }

    /// <summary>Writes elements after those before.</summary>
    public void Append<T>(ReadOnlySpan<T> elements)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(elements);
        SafeFiles.Write(output, bytes, Length, fileName);
        Length += bytes.Length;
    }

    /// <summary>What was written since a place, as a matrix.</summary>
    public TensorProto Since(long start, string name, DataType type, long rows, long columns)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, Dims = { rows, columns } };
        ExternalData.Set(tensor, fileName, start, Length - start);
        return tensor;
    }

    /// <inheritdoc/>
    public void Dispose() => output.Dispose();
}
