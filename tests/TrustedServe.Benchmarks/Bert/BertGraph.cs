using TrustedServe.Packaging.Graphs.Onnx;
using static TrustedServe.Benchmarks.Bert.GraphBuilder;
using static TrustedServe.Packaging.Graphs.Onnx.TensorProto.Types;

namespace TrustedServe.Benchmarks.Bert;

/// <summary>
/// Writes a BERT classifier with random weights, operator by operator as PyTorch's exporter does it, so that the engine's fusions
/// (attention, layer norm, Gelu) find the patterns that they were made for.
/// </summary>
public sealed class BertGraph
{
    /// <summary>Name of the graph's file.</summary>
    public const string FileName = "bert.onnx";

    /// <summary>Name of the file with its weights.</summary>
    public const string WeightsName = "bert.weights";

    // The engine's attention fusion reads the axes of Unsqueeze from attributes, which later sets turned into inputs.
    private const long Opset = 12;
    private readonly GraphBuilder graph = new();
    private readonly BertShape shape;
    private readonly WeightFile weights;

    private BertGraph(BertShape shape, WeightFile weights) => (this.shape, this.weights) = (shape, weights);

    /// <summary>Writes graph and weights into a directory.</summary>
    /// <returns>Path of the graph.</returns>
    public static string Write(BertShape shape, ulong seed, string directory)
    {
        Directory.CreateDirectory(directory);
        using var weights = new WeightFile(Path.Combine(directory, WeightsName), seed);
        var model = new BertGraph(shape, weights).Build();
        var path = Path.Combine(directory, FileName);
        OnnxFile.Write(model, path);
        return path;
    }

    private ModelProto Build()
    {
        var ids = graph.Input("input_ids", DataType.Int64, "batch", "sequence");
        var mask = graph.Input("attention_mask", DataType.Int64, "batch", "sequence");
        var state = Embeddings(ids);
        var bias = MaskBias(mask);
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            var prefix = $"bert.encoder.layer.{layer}";
            state = Attention($"{prefix}.attention", state, bias);
            state = FeedForward(prefix, state);
        }

        var first = graph.Add("Gather", [state, graph.Constant(true, 0)], Int("axis", 1));
        var pooled = graph.Add("Tanh", [Gemm("bert.pooler.dense", null, first, shape.Hidden)]);
        Gemm("classifier", "logits", pooled, shape.Labels);
        graph.Output("logits", DataType.Float, "batch", shape.Labels);
        return graph.ToModel(Opset);
    }

    private string Embeddings(string ids)
    {
        var words = graph.Add("Gather", [Matrix("bert.embeddings.word_embeddings.weight", 1, shape.Vocabulary, shape.Hidden), ids]);
        if (shape.TokenTypes)
        {
            var types = graph.Input("token_type_ids", DataType.Int64, "batch", "sequence");
            words = graph.Add("Add", [words, graph.Add("Gather", [Matrix("bert.embeddings.token_type_embeddings.weight", 0.3f, 2, shape.Hidden), types])]);
        }

        var length = graph.Add("Unsqueeze", [graph.Add("Gather", [graph.Add("Shape", [ids]), graph.Constant(true, 1)], Int("axis", 0))], Ints("axes", 0));
        var positions = graph.Add("Slice", [Matrix("bert.embeddings.position_embeddings.weight", 0.3f, shape.Positions, shape.Hidden), graph.Constant(false, 0), length, graph.Constant(false, 0)]);

        // Cutting the table hides from the engine how long it becomes, and without that it does not fuse the skip connections.
        var sum = graph.State(graph.Add("Add", [words, positions]), DataType.Float, "batch", "sequence", shape.Hidden);
        return LayerNorm("bert.embeddings.LayerNorm", sum);
    }

    /// <summary>(1 − mask) × −10000, to be added to the scores.</summary>
    private string MaskBias(string mask)
    {
        var wide = graph.Add("Unsqueeze", [graph.Add("Unsqueeze", [mask], Ints("axes", 1))], Ints("axes", 2));
        var number = graph.Add("Cast", [wide], Int("to", (int)DataType.Float));
        return graph.Add("Mul", [graph.Add("Sub", [graph.Constant(1f), number]), graph.Constant(-10_000f)]);
    }

    private string Attention(string prefix, string state, string bias)
    {
        // Queries and keys large enough that attention tells tokens apart.
        var query = Heads(state, $"{prefix}.self.query", 1.5f, 0, 2, 1, 3);
        var key = Heads(state, $"{prefix}.self.key", 1.5f, 0, 2, 3, 1);
        var value = Heads(state, $"{prefix}.self.value", 1, 0, 2, 1, 3);
        var scores = graph.Add("Div", [graph.Add("MatMul", [query, key]), graph.Constant(MathF.Sqrt(shape.Hidden / shape.Heads))]);
        var share = graph.Add("Softmax", [graph.Add("Add", [scores, bias])], Int("axis", 3));
        var mixed = graph.Add("Transpose", [graph.Add("MatMul", [share, value])], Ints("perm", 0, 2, 1, 3));
        var joined = graph.Add("Reshape", [mixed, graph.Constant(false, 0, 0, shape.Hidden)]);
        var output = Linear($"{prefix}.output.dense", joined, 1, shape.Hidden, shape.Hidden);
        return LayerNorm($"{prefix}.output.LayerNorm", graph.Add("Add", [output, state]));
    }

    private string Heads(string state, string name, float gain, params long[] order)
    {
        var all = Linear(name, state, gain, shape.Hidden, shape.Hidden);
        return graph.Add("Transpose", [graph.Add("Reshape", [all, graph.Constant(false, 0, 0, shape.Heads, shape.Hidden / shape.Heads)])], Ints("perm", order));
    }

    private string FeedForward(string prefix, string state)
    {
        var wide = Linear($"{prefix}.intermediate.dense", state, 1, shape.Hidden, shape.Intermediate);
        var error = graph.Add("Erf", [graph.Add("Div", [wide, graph.Constant(MathF.Sqrt(2))])]);
        var gelu = graph.Add("Mul", [graph.Add("Mul", [wide, graph.Add("Add", [error, graph.Constant(1f)])]), graph.Constant(0.5f)]);
        var output = Linear($"{prefix}.output.dense", gelu, 1, shape.Intermediate, shape.Hidden);
        return LayerNorm($"{prefix}.output.LayerNorm", graph.Add("Add", [output, state]));
    }

    private string LayerNorm(string name, string value)
    {
        var scale = graph.Weight(weights.Add($"{name}.weight", 1, 0.1f, shape.Hidden));
        var offset = graph.Weight(weights.Add($"{name}.bias", 0, 0.1f, shape.Hidden));
        var centred = graph.Add("Sub", [value, graph.Add("ReduceMean", [value], Ints("axes", -1))]);
        var variance = graph.Add("ReduceMean", [graph.Add("Pow", [centred, graph.Constant(2f)])], Ints("axes", -1));
        var deviation = graph.Add("Sqrt", [graph.Add("Add", [variance, graph.Constant(1e-12f)])]);
        return graph.Add("Add", [graph.Add("Mul", [graph.Add("Div", [centred, deviation]), scale]), offset]);
    }

    private string Linear(string name, string value, float gain, int from, int to)
    {
        var product = graph.Add("MatMul", [value, Matrix($"{name}.weight", gain / MathF.Sqrt(from), from, to)]);
        return graph.Add("Add", [product, graph.Weight(weights.Add($"{name}.bias", 0, 0.02f, to))]);
    }

    private string Gemm(string name, string? output, string value, int to)
    {
        string[] inputs = [value, Matrix($"{name}.weight", 1 / MathF.Sqrt(shape.Hidden), to, shape.Hidden), graph.Weight(weights.Add($"{name}.bias", 0, 0.02f, to))];
        return output is null ? graph.Add("Gemm", inputs, Int("transB", 1)) : graph.AddNamed("Gemm", output, inputs, Int("transB", 1));
    }

    private string Matrix(string name, float deviation, int rows, int columns) => graph.Weight(weights.Add(name, 0, deviation, rows, columns));
}
