using System.Numerics.Tensors;
using TrustedServe.Optimizer.Weights;
using TrustedServe.Packaging.Graphs;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Protocol.Errors;
using static TrustedServe.Packaging.Graphs.Onnx.TensorProto.Types;

namespace TrustedServe.Optimizer.Quantization;

/// <summary>
/// Weights in 8 bits, symmetric around zero, each channel with a scale of its own. A weight is read twice, a block at a time,
/// and written as it comes: memory does not grow with the model.
/// </summary>
/// <param name="directory">Where the model's weights lie.</param>
/// <param name="output">Where those in 8 bits go, in the same directory.</param>
internal sealed class Int8Weights(string directory, NewWeights output)
{
    private const int Largest = sbyte.MaxValue;

    /// <summary>A weight whose columns are the channels.</summary>
    /// <returns>The 8-bit weight and its scales, of one dimension.</returns>
    public (TensorProto Weight, TensorProto Scales) Columns(TensorProto tensor, float factor, CancellationToken cancellationToken)
    {
        using var source = new FloatMatrix(tensor, directory);
        return ByColumn(source, tensor.Name, factor, cancellationToken);
    }

    /// <summary>One of the three projections that lie side by side in the weight of an attention, and its part of their bias.</summary>
    /// <param name="weight">The columns of queries, keys and values.</param>
    /// <param name="bias">A vector of as many.</param>
    /// <param name="projection">0 for queries, 1 for keys, 2 for values.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public (TensorProto Weight, TensorProto Scales, TensorProto Bias) Projection(TensorProto weight, TensorProto bias, int projection, CancellationToken cancellationToken)
    {
        var width = weight.Dims[1] / 3;
        using var source = new FloatMatrix(weight, directory, projection * width, width);
        using var offsets = new FloatMatrix(bias, directory, projection * width, width);
        var (matrix, scales) = ByColumn(source, $"{weight.Name}_{projection}", 1, cancellationToken);
        return (matrix, scales, SmallTensor.Of<float>($"{bias.Name}_{projection}", offsets.Read(0, 1)));
    }

    private (TensorProto Weight, TensorProto Scales) ByColumn(FloatMatrix source, string name, float factor, CancellationToken cancellationToken)
    {
        var width = (int)source.Columns;
        var largest = new float[width];
        foreach (var (row, count) in source.Blocks())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var block = source.Read(row, count);
            for (var i = 0; i < count; i++)
            {
                TensorPrimitives.MaxMagnitude(block.AsSpan(i * width, width), largest, largest);
            }
        }

        var scales = Scales(largest, name);
        var start = output.Length;
        foreach (var (row, count) in source.Blocks())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var block = source.Read(row, count);
            var bytes = new sbyte[count * width];
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = Round(block[i], scales[i % width]);
            }

            output.Append<sbyte>(bytes);
        }

        return (Weight(name, source.Rows, source.Columns, start), Vector($"{name}_scale", scales, factor, width));
    }

    /// <summary>A weight whose rows are the channels, written the other way round: as <see cref="Columns"/> gives it.</summary>
    public (TensorProto Weight, TensorProto Scales) Transposed(TensorProto tensor, float factor, CancellationToken cancellationToken)
    {
        using var source = new FloatMatrix(tensor, directory);
        var (channels, depth) = ((int)source.Rows, source.Columns);
        var scales = Scales(RowMaxima(source, cancellationToken), tensor.Name);
        var start = output.Length;
        foreach (var (column, count) in source.ColumnBlocks())
        {
            var block = source.ReadColumns(column, count, cancellationToken);
            var bytes = new sbyte[block.Length];
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = Round(block[i], scales[i % channels]);
            }

            output.Append<sbyte>(bytes);
        }

        return (Weight(tensor.Name, depth, channels, start), Vector($"{tensor.Name}_scale", scales, factor, channels));
    }

    /// <summary>A table whose rows are looked up: a scale a row, of two dimensions so that it is looked up alike.</summary>
    public (TensorProto Weight, TensorProto Scales) Rows(TensorProto tensor, CancellationToken cancellationToken)
    {
        using var source = new FloatMatrix(tensor, directory);
        var width = (int)source.Columns;
        var scales = Scales(RowMaxima(source, cancellationToken), tensor.Name);
        var start = output.Length;
        foreach (var (row, count) in source.Blocks())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var block = source.Read(row, count);
            var bytes = new sbyte[count * width];
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = Round(block[i], scales[row + (i / width)]);
            }

            output.Append<sbyte>(bytes);
        }

        return (Weight(tensor.Name, source.Rows, source.Columns, start), Vector($"{tensor.Name}_scale", scales, 1, source.Rows, 1));
    }

    private static float[] RowMaxima(FloatMatrix source, CancellationToken cancellationToken)
    {
        var largest = new float[source.Rows];
        var width = (int)source.Columns;
        foreach (var (row, count) in source.Blocks())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var block = source.Read(row, count);
            for (var i = 0; i < count; i++)
            {
                largest[row + i] = TensorPrimitives.MaxMagnitude(block.AsSpan(i * width, width));
            }
        }

        return largest;
    }

    private static float[] Scales(float[] largest, string name)
    {
        for (var i = 0; i < largest.Length; i++)
        {
            var magnitude = Math.Abs(largest[i]);
            if (!float.IsFinite(magnitude))
            {
                throw TsfErrors.InvalidGraph.With($"The weight {GraphText.Quote(name)} holds a number that is not finite.");
            }

            // A channel of zeros, or of numbers that no scale can hold, is zero.
            largest[i] = magnitude / Largest is var scale && float.IsNormal(scale) ? scale : 1;
        }

        return largest;
    }

    private static sbyte Round(float value, float scale) => (sbyte)Math.Clamp(MathF.Round(value / scale), -Largest, Largest);

    private static TensorProto Vector(string name, float[] values, float factor, params long[] dims)
    {
        TensorPrimitives.Multiply(values, factor, values);
        return SmallTensor.Of<float>(name, values, dims);
    }

    private TensorProto Weight(string name, long rows, long columns, long start) => output.Since(start, $"{name}_int8", DataType.Int8, rows, columns);
}
