using System.Runtime.InteropServices;
using Google.Protobuf;
using TrustedServe.Optimizer.Quantization;
using TrustedServe.Optimizer.Weights;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Testing;
using static TrustedServe.Packaging.Graphs.Onnx.TensorProto.Types;

namespace TrustedServe.Optimizer.Tests.Quantization;

public sealed class SplitAttentionTests : IDisposable
{
    private const int Width = 96;
    private const int Heads = 4;
    private readonly TemporaryDirectory temporary = new();

    public void Dispose() => temporary.Dispose();

    [Theory]
    [InlineData(1, 5, "1 1 1 1 1")]
    [InlineData(1, 5, "1 1 1 0 0")]
    [InlineData(2, 3, "1 1 0 0 1 1")]
    [InlineData(3, 4, "1 1 1 1 1 0 0 0 0 1 0 1")]
    [InlineData(1, 1, "1")]
    [InlineData(2, 7, null)]
    public void Answers_are_those_of_the_engines_8_bit_operator(int batch, int tokens, string? mask)
    {
        var (split, whole) = (Model(mask is not null), Model(mask is not null));

        // An operator that means something else in a later version keeps the graph as it is.
        whole.Graph.Node.Add(Hardmax());
        Quantize(split);
        Quantize(whole);
        Assert.Equal(["DynamicQuantizeLinear", "MatMulIntegerToFloat", "MatMulIntegerToFloat", "MatMulIntegerToFloat"], split.Graph.Node.Where(node => node.OpType is not "Cast").Take(4).Select(node => node.OpType));
        Assert.Equal(("Attention", ""), (split.Graph.Node[^1].OpType, split.Graph.Node[^1].Domain));
        Assert.Contains(whole.Graph.Node, node => node.OpType == "QAttention");

        long[] shape = [batch, tokens, Width];
        var numbers = mask?.Split(' ').Select(long.Parse).ToArray();
        var (seen, expected) = (GraphAnswers.Of(split, temporary, shape, "y", numbers), GraphAnswers.Of(whole, temporary, shape, "y", numbers));
        Assert.All(expected.Zip(seen), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        Assert.Contains(expected, value => Math.Abs(value) > 0.01);
    }

    [Fact]
    public void Layers_that_share_their_weights_share_them_afterwards_and_all_share_the_mask()
    {
        var model = Model(masked: true);
        var second = model.Graph.Node[^1].Clone();
        (second.Input[0], second.Output[0], second.Name) = ("y", "z", "second");
        model.Graph.Node.Add(second);
        model.Graph.Output.Add(ToyModel.Value("z", DataType.Float, -1, -1, Width));
        Quantize(model);
        var attentions = model.Graph.Node.Where(node => node.OpType == "Attention").ToList();
        Assert.Equal(2, attentions.Count);
        Assert.Equal(attentions[0].Input[3], attentions[1].Input[3]);
        Assert.Equal(3, model.Graph.Node.Where(node => node.OpType == "MatMulIntegerToFloat").Select(node => node.Input[1]).Distinct().Count());
        Assert.Equal(Width * Width * 3, model.Graph.Initializer.Where(tensor => tensor.DataType == (int)DataType.Int8).Sum(tensor => tensor.Dims[0] * tensor.Dims[1]));
        Assert.Single(model.Graph.Node, node => node.OpType == "Expand");
        Assert.NotEmpty(GraphAnswers.Of(model, temporary, [2, 3, Width], "z", [1, 1, 0, 1, 1, 1]));
    }

    [Theory]
    [InlineData("its mask has another shape")]
    [InlineData("its mask is computed")]
    [InlineData("each token sees only those before it")]
    [InlineData("an operator means something else later")]
    [InlineData("a graph lies inside a node")]
    public void Attention_stays_one_operator_where(string why)
    {
        var model = Model(masked: true);
        var attention = model.Graph.Node[^1];
        switch (why)
        {
            case "its mask has another shape":
                model.Graph.Input[1] = ToyModel.Value("mask", DataType.Int64, -1);
                break;
            case "its mask is computed":
                model.Graph.Node.Insert(0, new NodeProto { OpType = "Identity", Input = { "mask" }, Output = { "computed" } });
                model.Graph.Node[1].Input[0] = "computed";
                break;
            case "each token sees only those before it":
                attention.Attribute.Add(Nodes.Int("unidirectional", 1));
                break;
            case "an operator means something else later":
                model.Graph.Node.Insert(0, Hardmax());
                break;
            default:
                model.Graph.Node.Insert(0, new NodeProto { OpType = "If", Input = { "condition" }, Output = { "chosen" }, Attribute = { new AttributeProto { Name = "then_branch", Type = AttributeProto.Types.AttributeType.Graph, G = new GraphProto { Name = "inside" } } } });
                break;
        }

        var (opset, format) = (model.OpsetImport[0].Version, model.IrVersion);
        Quantize(model);
        Assert.Equal("QAttention", model.Graph.Node[^1].OpType);
        Assert.Equal((opset, format), (model.OpsetImport[0].Version, model.IrVersion));
    }

    // One attention whose weight and bias are some numbers, of a model of an older version.
    private static ModelProto Model(bool masked)
    {
        var weight = ToyModel.Tensor("w", DataType.Float, Width, 3 * Width);
        weight.RawData = Numbers(Width * 3 * Width, 0.2f);
        var bias = ToyModel.Tensor("b", DataType.Float, 3 * Width);
        bias.RawData = Numbers(3 * Width, 0.5f);
        var graph = new GraphProto
        {
            Name = "attention",
            Input = { ToyModel.Value("x", DataType.Float, -1, -1, Width) },
            Output = { ToyModel.Value("y", DataType.Float, -1, -1, Width) },
            Initializer = { weight, bias },
        };
        if (masked)
        {
            graph.Input.Add(ToyModel.Value("mask", DataType.Int64, -1, -1));
            graph.Node.Add(new NodeProto { OpType = "Cast", Input = { "mask" }, Output = { "numbers" }, Attribute = { Nodes.Int("to", (long)DataType.Int32) } });
        }

        graph.Node.Add(new NodeProto { OpType = "Attention", Domain = "com.microsoft", Name = "first", Input = { "x", "w", "b", masked ? "numbers" : "" }, Output = { "y" }, Attribute = { Nodes.Int("num_heads", Heads) } });
        return new ModelProto
        {
            IrVersion = 7,
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 12 }, new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 } },
            Graph = graph,
        };
    }

    private static NodeProto Hardmax() => new() { OpType = "Hardmax", Input = { "x" }, Output = { "largest" } };

    private static ByteString Numbers(int count, float largest) =>
        ByteString.CopyFrom(MemoryMarshal.AsBytes<float>([.. Enumerable.Range(0, count).Select(i => largest * MathF.Sin(i * 1.7f))]));

    private void Quantize(ModelProto model)
    {
        using var output = new NewWeights(temporary.Path, $"{Guid.NewGuid():N}.weights");
        new DynamicQuantizer(model, new Int8Weights(temporary.Path, output), new NodePatterns([]), default).Products();
    }
}
