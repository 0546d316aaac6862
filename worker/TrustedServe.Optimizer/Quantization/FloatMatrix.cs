using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Graphs;
using TrustedServe.Packaging.Graphs.Onnx;

namespace TrustedServe.Optimizer.Quantization;

/// <summary>A weight of rank 2 in FP32, read piece by piece from wherever it lies.</summary>
internal sealed class FloatMatrix : IDisposable
{
    private readonly ReadOnlyMemory<byte> held;
    private readonly ExternalData? place;
    private readonly SafeFileHandle? handle;

    public FloatMatrix(TensorProto tensor, string directory)
    {
        (Name, Rows, Columns) = (tensor.Name, tensor.Dims[0], tensor.Dims[1]);
        if (ExternalData.Has(tensor))
        {
            place = ExternalData.Of(tensor, directory, TensorBytes.Length(tensor)!.Value);
            handle = SafeFiles.OpenRead(place.Path);
        }
        else
        {
            held = TensorBytes.Of(tensor);
        }
    }

    public string Name { get; }

    public long Rows { get; }

    public long Columns { get; }

    /// <summary>Reads elements that follow each other in the rows.</summary>
    public void Read(long row, long column, Span<float> elements)
    {
        var offset = ((row * Columns) + column) * sizeof(float);
        var bytes = MemoryMarshal.AsBytes(elements);
        if (handle is null)
        {
            held.Span.Slice((int)offset, bytes.Length).CopyTo(bytes);
        }
        else
        {
            SafeFiles.ReadExactly(handle, bytes, place!.Offset + offset, place.Path);
        }
    }

    public void Dispose() => handle?.Dispose();
}
