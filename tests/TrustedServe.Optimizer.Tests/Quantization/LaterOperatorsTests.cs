using TrustedServe.Optimizer.Quantization;
using TrustedServe.Optimizer.Weights;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Testing;
using static TrustedServe.Packaging.Graphs.Onnx.AttributeProto.Types;
using static TrustedServe.Packaging.Graphs.Onnx.TensorProto.Types;

namespace TrustedServe.Optimizer.Tests.Quantization;

public sealed class LaterOperatorsTests : IDisposable
{
    private readonly TemporaryDirectory temporary = new();

    public void Dispose() => temporary.Dispose();

    [Theory]
    [InlineData("ReduceSum", 11, "1")]
    [InlineData("ReduceSum", 12, "-1 0")]
    [InlineData("ReduceSum", 12, null)]
    [InlineData("ReduceMean", 13, "1 2")]
    [InlineData("ReduceMean", 17, "-1")]
    [InlineData("ReduceMax", 17, "0")]
    [InlineData("ReduceMin", 17, null)]
    [InlineData("Unsqueeze", 11, "0 2")]
    [InlineData("Squeeze", 12, "1")]
    [InlineData("Squeeze", 12, null)]
    public void Axes_become_an_input_and_answers_stay(string operation, int version, string? axes)
    {
        var model = Model(operation, version);
        if (axes is not null)
        {
            var attribute = new AttributeProto { Name = "axes", Type = AttributeType.Ints };
            attribute.Ints.AddRange(axes.Split(' ').Select(long.Parse));
            model.Graph.Node[0].Attribute.Add(attribute);
        }

        long[] shape = [3, 1, 4];
        var before = GraphAnswers.Of(model, temporary, shape, "y");
        Assert.True(LaterOperators.TryRaise(model, new GraphWeights(model.Graph)));
        Assert.Equal(23, model.OpsetImport[0].Version);
        Assert.Equal(axes is null ? 1 : 2, model.Graph.Node[0].Input.Count);
        Assert.All(before.Zip(GraphAnswers.Of(model, temporary, shape, "y")), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        Assert.NotEmpty(before);
    }

    [Theory]
    [InlineData("Softmax", 12)]
    [InlineData("Hardmax", 12)]
    [InlineData("Gelu", 19)]
    [InlineData("Split", 17)]
    [InlineData("Dropout", 11)]
    public void Operators_that_mean_something_else_later_keep_the_version(string operation, int version)
    {
        var model = Model(operation, version);
        var before = model.Clone();
        Assert.False(LaterOperators.TryRaise(model, new GraphWeights(model.Graph)));
        Assert.Equal(before, model);
    }

    [Theory]
    [InlineData("Softmax", 13)]
    [InlineData("Softmax", 23)]
    [InlineData("Hardmax", 24)]
    public void Later_versions_stay(string operation, int version)
    {
        var model = Model(operation, version);
        Assert.True(LaterOperators.TryRaise(model, new GraphWeights(model.Graph)));
        Assert.Equal(Math.Max(version, 23), model.OpsetImport[0].Version);
    }

    [Fact]
    public void Functions_keep_the_version()
    {
        var model = Model("Relu", 14);
        model.Functions.Add(new FunctionProto { Name = "f", Domain = "own" });
        Assert.False(LaterOperators.TryRaise(model, new GraphWeights(model.Graph)));
    }

    private static ModelProto Model(string operation, int version)
    {
        var model = ToyModel.Create();
        model.OpsetImport[0].Version = version;
        model.Graph.Input[0] = ToyModel.Value("x", DataType.Float, 3, 1, 4);
        var output = ToyModel.Value("y", DataType.Float);
        output.Type.TensorType.Shape = null;
        model.Graph.Output[0] = output;
        model.Graph.Node[0] = new NodeProto { OpType = operation, Input = { "x" }, Output = { "y" } };
        return model;
    }
}
