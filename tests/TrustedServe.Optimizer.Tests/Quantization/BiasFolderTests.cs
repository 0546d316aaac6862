using System.Runtime.InteropServices;
using Google.Protobuf;
using TrustedServe.Optimizer.Quantization;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Testing;
using static TrustedServe.Packaging.Graphs.Onnx.TensorProto.Types;

namespace TrustedServe.Optimizer.Tests.Quantization;

public sealed class BiasFolderTests : IDisposable
{
    private const int Depth = 24;
    private const int Columns = 8;
    private readonly TemporaryDirectory temporary = new();

    public void Dispose() => temporary.Dispose();

    [Theory]
    [InlineData("product", "bias", 3, Depth)]
    [InlineData("bias", "product", 3, Depth)]
    [InlineData("product", "bias", 2, 3, Depth)]
    [InlineData("product", "bias", Depth)]
    public void Sum_is_the_same_when_the_product_makes_it(string left, string right, params int[] lengths)
    {
        var model = Sum(left, right);
        long[] shape = [.. lengths.Select(length => (long)length)];
        model.Graph.Input[0] = ToyModel.Value("x", DataType.Float, shape);
        model.Graph.Output[0] = ToyModel.Value("y", DataType.Float, [.. shape[..^1], Columns]);
        var before = GraphAnswers.Of(model, temporary, shape, "y");
        BiasFolder.Fold(model.Graph);
        Assert.DoesNotContain(model.Graph.Node, node => node.OpType == "Add");
        Assert.Equal("bias", model.Graph.Node.Single(node => node.OpType == "MatMulIntegerToFloat").Input[6]);
        Assert.All(before.Zip(GraphAnswers.Of(model, temporary, shape, "y")), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void Gelu_after_a_product_is_the_same_without_a_bias_of_its_own()
    {
        var model = Sum("product", "bias");
        (model.Graph.Node[^1].OpType, model.Graph.Node[^1].Domain) = ("BiasGelu", "com.microsoft");
        var before = GraphAnswers.Of(model, temporary, [3, Depth], "y");
        BiasFolder.Fold(model.Graph);
        Assert.Equal(["product"], model.Graph.Node.Single(node => node.OpType == "Gelu").Input);
        Assert.Equal("bias", model.Graph.Node.Single(node => node.OpType == "MatMulIntegerToFloat").Input[6]);
        Assert.All(before.Zip(GraphAnswers.Of(model, temporary, [3, Depth], "y")), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Theory]
    [InlineData("the product is read elsewhere")]
    [InlineData("the product is an answer")]
    [InlineData("the bias is an input")]
    [InlineData("the bias has another shape")]
    [InlineData("a product has a bias")]
    [InlineData("a product is added to itself")]
    [InlineData("another operator comes between")]
    public void What_is_not_a_bias_alone_stays(string why)
    {
        var model = Sum("product", "bias");
        var product = model.Graph.Node.Single(node => node.OpType == "MatMulIntegerToFloat");
        switch (why)
        {
            case "the product is read elsewhere":
                model.Graph.Node.Add(new NodeProto { OpType = "Neg", Input = { "product" }, Output = { "z" } });
                break;
            case "the product is an answer":
                model.Graph.Output.Add(ToyModel.Value("product", DataType.Float, -1, Columns));
                break;
            case "the bias is an input":
                model.Graph.Input.Add(ToyModel.Value("bias", DataType.Float, Columns));
                break;
            case "the bias has another shape":
                model.Graph.Initializer.Single(tensor => tensor.Name == "bias").Dims.Insert(0, 1);
                break;
            case "a product has a bias":
                product.Input.AddRange(["", "bias"]);
                break;
            case "a product is added to itself":
                model.Graph.Node[^1].Input[1] = "product";
                break;
            default:
                product.Output[0] = "raw";
                model.Graph.Node.Insert(2, new NodeProto { OpType = "Relu", Input = { "raw" }, Output = { "product" } });
                break;
        }

        var before = model.Clone();
        BiasFolder.Fold(model.Graph);
        Assert.Equal(before, model);
    }

    private static ModelProto Sum(string left, string right)
    {
        sbyte[] weight = [.. Enumerable.Range(0, Depth * Columns).Select(i => (sbyte)((i * 37 % 255) - 127))];
        float[] ByColumn(float from) => [.. Enumerable.Range(0, Columns).Select(i => from + (i / 100f))];
        var graph = new GraphProto
        {
            Name = "sum",
            Input = { ToyModel.Value("x", DataType.Float, -1, Depth) },
            Output = { ToyModel.Value("y", DataType.Float, -1, Columns) },
            Initializer = { Tensor<sbyte>("w", DataType.Int8, weight, Depth, Columns), Tensor<float>("scales", DataType.Float, ByColumn(0.01f), Columns), Tensor<float>("bias", DataType.Float, ByColumn(-3), Columns) },
            Node =
            {
                new NodeProto { OpType = "DynamicQuantizeLinear", Input = { "x" }, Output = { "q", "scale", "zero" } },
                new NodeProto { OpType = "MatMulIntegerToFloat", Domain = "com.microsoft", Input = { "q", "w", "scale", "scales", "zero" }, Output = { "product" } },
                new NodeProto { OpType = "Add", Input = { left, right }, Output = { "y" } },
            },
        };
        return new ModelProto
        {
            IrVersion = 8,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 14 }, new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 } },
            Graph = graph,
        };
    }

    private static TensorProto Tensor<T>(string name, DataType type, T[] values, params long[] dims)
        where T : unmanaged
    {
        var tensor = ToyModel.Tensor(name, type, dims);
        tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<T>(values));
        return tensor;
    }
}
