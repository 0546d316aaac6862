using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Graphs;
using TrustedServe.Packaging.Graphs.Onnx;

namespace TrustedServe.Optimizer.Weights;

/// <summary>A weight of rank 2 in FP32, or some columns of it, read piece by piece from wherever it lies. A vector is a matrix of one row.</summary>
internal sealed class FloatMatrix : IDisposable
{
    // Elements in hand at once.
    private const int Block = 4 << 20;

    private readonly ReadOnlyMemory<byte> held;
    private readonly ExternalData? place;
    private readonly SafeFileHandle? handle;
    private readonly long width;
    private readonly long first;

    public FloatMatrix(TensorProto tensor, string directory)
        : this(tensor, directory, 0, tensor.Dims[^1])
    {
    }

    public FloatMatrix(TensorProto tensor, string directory, long first, long columns)
    {
        this.first = first;
        (Name, Rows, Columns, width) = (tensor.Name, tensor.Dims.Count == 1 ? 1 : tensor.Dims[0], columns, tensor.Dims[^1]);
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

    /// <summary>Reads elements that follow each other in the rows; beyond the end of a row only where all columns are read.</summary>
    public void Read(long row, long column, Span<float> elements)
    {
        var offset = ((row * width) + first + column) * sizeof(float);
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

    /// <summary>Reads whole rows.</summary>
    public float[] Read(long row, int count)
    {
        var block = new float[count * Columns];
        var whole = Columns == width ? block.Length : (int)Columns;
        for (var at = 0; at < block.Length; at += whole)
        {
            Read(row + (at / Columns), 0, block.AsSpan(at, whole));
        }

        return block;
    }

    /// <summary>Reads whole columns, one after the other.</summary>
    public float[] ReadColumns(long column, int count, CancellationToken cancellationToken)
    {
        var (block, piece) = (new float[count * Rows], new float[count]);
        for (var row = 0L; row < Rows; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Read(row, column, piece);
            for (var i = 0; i < count; i++)
            {
                block[(i * Rows) + row] = piece[i];
            }
        }

        return block;
    }

    /// <summary>Its rows in pieces that fit memory.</summary>
    public IEnumerable<(long First, int Count)> Blocks() => Blocks(Rows, Columns);

    /// <summary>Its columns in pieces that fit memory.</summary>
    public IEnumerable<(long First, int Count)> ColumnBlocks() => Blocks(Columns, Rows);

    public void Dispose() => handle?.Dispose();

    private static IEnumerable<(long First, int Count)> Blocks(long rows, long width)
    {
        var step = Math.Max(1, Block / Math.Max(1, width));
        for (long row = 0; row < rows; row += step)
        {
            yield return (row, (int)Math.Min(step, rows - row));
        }
    }
}
