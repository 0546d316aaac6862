using System.Runtime.InteropServices;
using Google.Protobuf;
using TrustedServe.Optimizer.Optimizing;
using TrustedServe.Optimizer.Weights;
using TrustedServe.Packaging.Graphs;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Testing;
using static TrustedServe.Packaging.Graphs.Onnx.TensorProto.Types;

namespace TrustedServe.Optimizer.Tests.Optimizing;

public sealed class ColumnOrderTests : IDisposable
{
    private const int Depth = 192;
    private const int Columns = 100;
    private readonly TemporaryDirectory temporary = new();

    public void Dispose() => temporary.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Product_is_the_same_wherever_its_weight_lies(bool outside)
    {
        var model = Products("w");
        if (outside)
        {
            File.WriteAllBytes(temporary["old"], model.Graph.Initializer[0].RawData.ToByteArray());
            model.Graph.Initializer[0].RawData = ByteString.Empty;
            ExternalData.Set(model.Graph.Initializer[0], "old", 0, Depth * Columns * sizeof(float));
        }

        var before = Answers(model, [3, Depth]);
        Apply(model);
        var weight = Assert.Single(model.Graph.Initializer);
        Assert.Equal([Columns, Depth], weight.Dims);
        Assert.Equal("FusedMatMul", model.Graph.Node[0].OpType);
        Assert.All(before.Zip(Answers(model, [3, Depth])), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Theory]
    [InlineData]
    [InlineData(3)]
    [InlineData(2, 3)]
    [InlineData(2, 1, 3)]
    public void Product_is_the_same_whatever_the_rank(params int[] rows)
    {
        var model = Products("w");
        long[] shape = [.. rows.Select(length => (long)length), Depth];
        model.Graph.Input[0] = ToyModel.Value("x", DataType.Float, shape);
        model.Graph.Output[0] = ToyModel.Value("y0", DataType.Float, [.. shape[..^1], Columns]);
        var before = Answers(model, shape);
        Apply(model);
        Assert.All(before.Zip(Answers(model, shape)), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public void Products_that_share_a_weight_share_it_still()
    {
        var model = Products("w", "w");
        Apply(model);
        var weight = Assert.Single(model.Graph.Initializer);
        Assert.All(model.Graph.Node, node => Assert.Equal(("FusedMatMul", weight.Name), (node.OpType, node.Input[1])));
    }

    [Theory]
    [InlineData("another operator")]
    [InlineData("an answer")]
    [InlineData("a small one")]
    [InlineData("an input")]
    [InlineData("doubles")]
    public void What_others_read_or_callers_give_or_is_small_stays(string why)
    {
        var model = Products("w");
        switch (why)
        {
            case "another operator":
                model.Graph.Node.Add(new NodeProto { OpType = "Neg", Input = { "w" }, Output = { "z" } });
                break;
            case "an answer":
                model.Graph.Output.Add(ToyModel.Value("w", DataType.Float, Depth, Columns));
                break;
            case "a small one":
                model.Graph.Initializer[0] = Weight("w", 16, 16);
                break;
            case "an input":
                model.Graph.Input.Add(ToyModel.Value("w", DataType.Float, Depth, Columns));
                break;
            default:
                model.Graph.Initializer[0].DataType = (int)DataType.Double;
                break;
        }

        var before = model.Clone();
        Apply(model);
        Assert.Equal(before, model);
    }

    private static ModelProto Products(params string[] weights)
    {
        var graph = new GraphProto { Name = "products", Input = { ToyModel.Value("x", DataType.Float, -1, Depth) } };
        graph.Initializer.AddRange(weights.Distinct().Select(name => Weight(name, Depth, Columns)));
        for (var i = 0; i < weights.Length; i++)
        {
            graph.Node.Add(new NodeProto { OpType = "MatMul", Input = { "x", weights[i] }, Output = { $"y{i}" } });
            graph.Output.Add(ToyModel.Value($"y{i}", DataType.Float, -1, Columns));
        }

        return new ModelProto
        {
            IrVersion = 8,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 14 }, new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 } },
            Graph = graph,
        };
    }

    private static TensorProto Weight(string name, int rows, int columns)
    {
        var random = new Random(columns);
        float[] values = [.. Enumerable.Range(0, rows * columns).Select(_ => (float)random.NextDouble() - 0.5f)];
        var tensor = ToyModel.Tensor(name, DataType.Float, rows, columns);
        tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values));
        return tensor;
    }

    private void Apply(ModelProto model)
    {
        using var output = new NewWeights(temporary.Path, "columns");
        ColumnOrder.Apply(model.Graph, temporary.Path, output, default);
    }

    private float[] Answers(ModelProto model, long[] shape) => GraphAnswers.Of(model, temporary, shape, "y0");
}
