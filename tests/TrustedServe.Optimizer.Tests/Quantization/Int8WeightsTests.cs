using System.Runtime.InteropServices;
using CsCheck;
using Google.Protobuf;
using TrustedServe.Optimizer.Quantization;
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
                using var weights = new Int8Weights(temporary.Path, $"int8.{files++}");
                var (weight, scales) = how switch
                {
                    "columns" => weights.Columns(tensor, 1, default),
                    "transposed" => weights.Transposed(tensor, 1, default),
                    _ => weights.Rows(tensor, default),
                };
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

        using var weights = new Int8Weights(temporary.Path, "int8.weights");
        var straight = Bytes(weights.Columns(Tensor(rows, columns, values, outside: true), 1, default).Weight);
        var turned = new float[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            turned[(i % columns * rows) + (i / columns)] = values[i];
        }

        Assert.True(straight.AsSpan().SequenceEqual(Bytes(weights.Transposed(Tensor(columns, rows, turned, outside: false), 1, default).Weight)));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Rejects_weights_that_are_not_finite(float value)
    {
        using var weights = new Int8Weights(temporary.Path, "int8.weights");
        Assert.Equal("TSF1030", Assert.Throws<TsfException>(() => weights.Columns(Tensor(2, 2, [1, 2, value, 3], outside: false), 1, default)).Code);
    }

    [Fact]
    public void Channel_of_zeros_stays_zero()
    {
        using var weights = new Int8Weights(temporary.Path, "int8.weights");
        var (weight, scales) = weights.Columns(Tensor(2, 2, [0, 2, 0, -3], outside: false), 1, default);
        Assert.Equal([0, 85, 0, -127], Bytes(weight).Select(value => (int)value));
        Assert.All(MemoryMarshal.Cast<byte, float>(scales.RawData.Span).ToArray(), scale => Assert.True(scale > 0));
    }

    private TensorProto Tensor(int rows, int columns, ReadOnlySpan<float> values, bool outside)
    {
        var tensor = ToyModel.Tensor("w", DataType.Float, rows, columns);
        var bytes = MemoryMarshal.AsBytes(values);
        if (outside)
        {
            File.WriteAllBytes(temporary["w.bin"], bytes);
            ExternalData.Set(tensor, "w.bin", 0, bytes.Length);
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
