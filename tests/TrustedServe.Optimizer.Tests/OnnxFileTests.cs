using CsCheck;
using Google.Protobuf;
using TrustedServe.Optimizer.Inspection;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Optimizer.Weights;
using TrustedServe.Packaging.Graphs;
using TrustedServe.Protocol.Errors;
using TrustedServe.Testing;

namespace TrustedServe.Optimizer.Tests;

public sealed class OnnxFileTests
{
    [Theory]
    [InlineData("langid")]
    [InlineData("digits")]
    public void Sample_model_is_written_as_it_was_read(string name)
    {
        using var temporary = new TemporaryDirectory();
        var source = Path.Combine(Repository.Samples, name, "model.onnx");
        OnnxFile.Write(OnnxFile.Read(source), temporary["again.onnx"]);
        Assert.Equal(File.ReadAllBytes(source), File.ReadAllBytes(temporary["again.onnx"]));
    }

    [Fact]
    public void Fields_of_later_formats_are_kept()
    {
        using var temporary = new TemporaryDirectory();

        // Field 99 of the model, three bytes long: a message of a format after this one.
        byte[] later = [.. ToyModel.Create().ToByteArray(), 0x9a, 0x06, 0x03, 1, 2, 3];
        File.WriteAllBytes(temporary["a.onnx"], later);
        OnnxFile.Write(OnnxFile.Read(temporary["a.onnx"]), temporary["b.onnx"]);
        Assert.Equal(later, File.ReadAllBytes(temporary["b.onnx"]));
    }

    [Fact]
    public void Langid_is_described()
    {
        var description = GraphInspector.Inspect(OnnxFile.Read(Path.Combine(Repository.Samples, "langid", "model.onnx")));
        Assert.Equal(["input_ids", "attention_mask", "token_type_ids"], description.Inputs.Select(input => input.Name));
        Assert.All(description.Inputs, input => Assert.Equal((Protocol.Tensors.Datatype.Int64, 2), (input.Datatype, input.Shape.Count)));
        Assert.Equal([-1, 11], Assert.Single(description.Outputs).Shape);
        Assert.Equal((14L, "fp32"), (description.Opset, description.Precision));
        Assert.InRange(description.ParameterCount, 1_400_000, 1_600_000);
    }

    [Fact]
    public void Digits_is_described()
    {
        var description = GraphInspector.Inspect(OnnxFile.Read(Path.Combine(Repository.Samples, "digits", "model.onnx")));
        Assert.Equal([-1, 1, 8, 8], Assert.Single(description.Inputs).Shape);
        Assert.Equal([-1, 10], Assert.Single(description.Outputs).Shape);
        Assert.Equal(47_530, description.ParameterCount);
    }

    [Fact]
    public void Garbage_is_refused_with_a_code() => Gen.Byte.Array[0, 400].Sample(garbage =>
        Assert.Equal("TSF1030", Assert.Throws<TsfException>(() => Read(garbage)).Code));

    [Fact]
    public void Damaged_sample_never_crashes()
    {
        var whole = File.ReadAllBytes(Path.Combine(Repository.Samples, "digits", "model.onnx"));
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length]).Sample(
            (place, value, length) =>
            {
                var damaged = whole[..length];
                if (place < length)
                {
                    damaged[place] = value;
                }

                try
                {
                    using var temporary = new TemporaryDirectory();
                    var model = Read(damaged);
                    GraphInspector.Inspect(model);
                    ExternalWeights.Move(model, temporary.Path, temporary.Path, default);
                }
                catch (TsfException failure)
                {
                    Assert.StartsWith("TSF103", failure.Code, StringComparison.Ordinal);
                }
            },
            iter: 1_000);
    }

    [Fact]
    public void Damaged_structure_never_crashes()
    {
        // The toy model has no weights: every byte is structure.
        var whole = ToyModel.Create(ToyModel.Raw("w", 8)).ToByteArray();
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length - 1], Gen.Byte).Sample((first, one, second, two) =>
        {
            var damaged = whole.ToArray();
            (damaged[first], damaged[second]) = (one, two);
            try
            {
                using var temporary = new TemporaryDirectory();
                var model = Read(damaged);
                GraphInspector.Inspect(model);
                ExternalWeights.Move(model, temporary.Path, temporary.Path, default);
            }
            catch (TsfException failure)
            {
                Assert.StartsWith("TSF103", failure.Code, StringComparison.Ordinal);
            }
        }, iter: 20_000);
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        var model = ToyModel.Create();
        for (var depth = 0; depth < 200; depth++)
        {
            var outer = ToyModel.Create();
            outer.Graph.Node[0].Attribute.Add(new AttributeProto { Name = "body", G = model.Graph });
            model = outer;
        }

        Assert.Equal("TSF1030", Assert.Throws<TsfException>(() => Read(model.ToByteArray())).Code);
    }

    [Theory]
    [InlineData(1L << 60)]
    [InlineData(1L << 30, 1L << 30)]
    [InlineData(long.MaxValue, long.MaxValue, long.MaxValue)]
    [InlineData(1L << 62, 1L << 62, 0L)]
    [InlineData(-1L)]
    public void Rejects_shape(params long[] dims)
    {
        var model = ToyModel.Create(ToyModel.Tensor("w", TensorProto.Types.DataType.Float, dims));
        Assert.Equal("TSF1030", Assert.Throws<TsfException>(() => GraphInspector.Inspect(model)).Code);
        Assert.Equal("TSF1030", Assert.Throws<TsfException>(() => ExternalWeights.Move(model, ".", ".", default)).Code);
    }

    [Fact]
    public void Inputs_that_cannot_be_served_are_refused()
    {
        var noShape = ToyModel.Create();
        noShape.Graph.Input[0].Type.TensorType.Shape = null;
        var complex = ToyModel.Create();
        complex.Graph.Output[0].Type.TensorType.ElemType = (int)TensorProto.Types.DataType.Complex64;
        var sequence = ToyModel.Create();
        sequence.Graph.Input[0].Type = new TypeProto { SequenceType = new TypeProto.Types.Sequence() };
        foreach (var model in new[] { noShape, complex, sequence })
        {
            Assert.Equal("TSF1031", Assert.Throws<TsfException>(() => GraphInspector.Inspect(model)).Code);
        }
    }

    private static ModelProto Read(byte[] bytes) => OnnxFile.Read(new MemoryStream(bytes), "memory");
}
