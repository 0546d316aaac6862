using System.Runtime.InteropServices;
using CsCheck;
using Google.Protobuf;
using TrustedServe.Optimizer.Quantization;
using TrustedServe.Optimizer.Weights;
using TrustedServe.Packaging.Graphs;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;
using static TrustedServe.Packaging.Graphs.Onnx.TensorProto.Types;

namespace TrustedServe.Optimizer.Tests.Quantization;

public sealed class Int8WeightsTests : IDisposable
{
    private readonly TemporaryDirectory temporary = new();
    private int files;

    public void Dispose() => temporary.Dispose();

    [Fact]
    public void Every_element_is_within_half_a_step_whatever_the_layout() => Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Float[-1e6f, 1e6f].Array[1600], Gen.Bool).Sample(
        (rows, columns, values, outside) =>
        {
            var tensor = Tensor(rows, columns, values.AsSpan(0, rows * columns), outside);
            foreach (var how in new[] { "columns", "transposed", "rows" })
            {
                var (weight, scales) = Quantize(tensor, how);
                Assert.Equal(how == "transposed" ? [columns, rows] : [rows, columns], weight.Dims);
                Assert.Equal(how == "rows" ? [rows, 1] : [weight.Dims[1]], scales.Dims);
                var steps = MemoryMarshal.Cast<byte, float>(scales.RawData.Span);
                var bytes = Bytes(weight);
                for (var row = 0; row < rows; row++)
                {
                    for (var column = 0; column < columns; column++)
                    {
                        var step = steps[how == "columns" ? column : row];
                        var stored = how == "transposed" ? bytes[(column * rows) + row] : bytes[(row * columns) + column];
                        Assert.InRange(Math.Abs((stored * step) - values[(row * columns) + column]), 0, step * 0.5001f);
                        Assert.InRange(stored, (sbyte)-127, (sbyte)127);
                    }
                }
            }
        },
        iter: 200);

    [Fact]
    public void Weight_of_many_blocks_is_quantised_as_one_of_few()
    {
        // Over the block of 4 Mi elements, with an odd number of rows.
        const int rows = 4_099;
        const int columns = 1_500;
        var values = new float[rows * columns];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = MathF.Sin(i) * (i % columns);
        }

        var straight = Bytes(Quantize(Tensor(rows, columns, values, outside: true), "columns").Weight);
        var turned = new float[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            turned[(i % columns * rows) + (i / columns)] = values[i];
        }

        Assert.True(straight.AsSpan().SequenceEqual(Bytes(Quantize(Tensor(columns, rows, turned, outside: false), "transposed").Weight)));
    }

    [Fact]
    public void Projection_is_its_columns_and_its_part_of_the_bias() => Gen.Select(Gen.Int[1, 30], Gen.Int[1, 12], Gen.Float[-1e6f, 1e6f].Array[30 * 36], Gen.Bool).Sample(
        (rows, width, values, outside) =>
        {
            var weight = Tensor(rows, 3 * width, values.AsSpan(0, rows * 3 * width), outside);
            var bias = Tensor(1, 3 * width, values.AsSpan(7, 3 * width), outside);
            bias.Dims.RemoveAt(0);
            for (var projection = 0; projection < 3; projection++)
            {
                float[] part = [.. Enumerable.Range(0, rows * width).Select(i => values[(i / width * 3 * width) + (projection * width) + (i % width)])];
                var expected = Quantize(Tensor(rows, width, part, outside: false), "columns");
                var seen = Project(weight, bias, projection);
                Assert.Equal(Bytes(expected.Weight), Bytes(seen.Weight));
                Assert.Equal(expected.Scales.RawData, seen.Scales.RawData);
                Assert.Equal(values.AsSpan(7 + (projection * width), width), MemoryMarshal.Cast<byte, float>(seen.Bias.RawData.Span));
                Assert.Equal((long[])[rows, width], seen.Weight.Dims);
                Assert.Equal((long[])[width], seen.Bias.Dims);
            }
        },
        iter: 200);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Rejects_weights_that_are_not_finite(float value)
    {
        Assert.Equal("TSF1030", Assert.Throws<TsfException>(() => Quantize(Tensor(2, 2, [1, 2, value, 3], outside: false), "columns")).Code);
    }

    [Fact]
    public void Channel_of_zeros_stays_zero()
    {
        var (weight, scales) = Quantize(Tensor(2, 2, [0, 2, 0, -3], outside: false), "columns");
        Assert.Equal([0, 85, 0, -127], Bytes(weight).Select(value => (int)value));
        Assert.All(MemoryMarshal.Cast<byte, float>(scales.RawData.Span).ToArray(), scale => Assert.True(scale > 0));
    }

    private (TensorProto Weight, TensorProto Scales) Quantize(TensorProto tensor, string how)
    {
        using var output = new NewWeights(temporary.Path, $"int8.{Interlocked.Increment(ref files)}");
        var weights = new Int8Weights(temporary.Path, output);
        return how switch
        {
            "columns" => weights.Columns(tensor, 1, default),
            "transposed" => weights.Transposed(tensor, 1, default),
            _ => weights.Rows(tensor, default),
        };
    }

    private (TensorProto Weight, TensorProto Scales, TensorProto Bias) Project(TensorProto weight, TensorProto bias, int projection)
    {
        using var output = new NewWeights(temporary.Path, $"int8.{Interlocked.Increment(ref files)}");
        return new Int8Weights(temporary.Path, output).Projection(weight, bias, projection, default);
    }

    private TensorProto Tensor(int rows, int columns, ReadOnlySpan<float> values, bool outside)
    {
        var tensor = ToyModel.Tensor("w", DataType.Float, rows, columns);
        var bytes = MemoryMarshal.AsBytes(values);
        if (outside)
        {
            var name = $"w.{Interlocked.Increment(ref files)}";
            File.WriteAllBytes(temporary[name], bytes);
            ExternalData.Set(tensor, name, 0, bytes.Length);
        }
        else
        {
            tensor.RawData = ByteString.CopyFrom(bytes);
        }

        return tensor;
    }

    private sbyte[] Bytes(TensorProto weight)
    {
        var place = ExternalData.Of(weight, temporary.Path, TensorBytes.Length(weight)!.Value);
        return MemoryMarshal.Cast<byte, sbyte>(File.ReadAllBytes(place.Path).AsSpan((int)place.Offset, (int)place.Length)).ToArray();
    }
}
