using TrustedServe.Optimizer.Weights;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Optimizer.Quantization;

/// <summary>
/// Replaces matrix products with weights by products of 8-bit numbers. Weights are quantised now, a channel at a time;
/// activations while the model runs, by their range at that moment.
/// </summary>
/// <remarks>
/// It works on the graph that the engine has fused, and writes the operators that the engine would fuse the standard 8-bit
/// operators to: so nothing hangs on a pattern being found, and a scale for each channel stays one.
/// <list type="bullet">
/// <item>MatMul, FusedMatMul, Gemm, FusedGemm: DynamicQuantizeLinear → MatMulIntegerToFloat (with the bias).</item>
/// <item>Attention (three projections in one): DynamicQuantizeLinear → three MatMulIntegerToFloat → Attention (see
/// <see cref="SplitAttention"/>), or, where that does not fit, DynamicQuantizeLinear → QAttention.</item>
/// <item>Gather from a table, if asked: Gather of 8-bit rows and of their scales, multiplied.</item>
/// </list>
/// One DynamicQuantizeLinear serves all nodes that read the same value. Convolutions stay in FP32: the engine has no fast path
/// for 8-bit ones whose activations are quantised as they come. Graphs inside nodes stay as they are.
/// </remarks>
internal sealed class DynamicQuantizer(ModelProto model, Int8Weights weights, NodePatterns excluded, CancellationToken cancellationToken)
{
    // Smaller weights cost next to nothing in FP32, and the last layer of a classifier is one of them.
    private const long MinElements = 16_384;

    private static readonly HashSet<string> Activations = ["Relu", "Tanh", "Sigmoid"];

    private readonly GraphWeights tensors = new(model.Graph);
    private readonly Dictionary<string, (string Value, string Scale, string ZeroPoint)> quantizedInputs = [];
    private readonly Dictionary<(string Weight, string Bias), (string Weight, string Scales, string Bias)[]> projections = [];
    private readonly List<NodeProto> nodes = [];
    private readonly List<string> replaced = [];
    private SplitAttention? split;

    /// <summary>Replaces products.</summary>
    /// <returns>The names of the nodes that now compute in 8 bits.</returns>
    /// <exception cref="TsfException">TSF1030.</exception>
    public IReadOnlyList<string> Products() => Replace(node => Product(node) ?? Attention(node));

    /// <summary>Replaces look-ups in tables.</summary>
    /// <returns>The names of the nodes that now read 8-bit rows.</returns>
    /// <exception cref="TsfException">TSF1030.</exception>
    public IReadOnlyList<string> Embeddings() => Replace(Embedding);

    private List<string> Replace(Func<NodeProto, Action?> find)
    {
        foreach (var node in model.Graph.Node)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (find(node) is not { } replace)
            {
                nodes.Add(node);
                continue;
            }

            if (excluded.Has(node))
            {
                nodes.Add(node);
                continue;
            }

            replace();
            replaced.Add(NodePatterns.NameOf(node));
        }

        model.Graph.Node.Clear();
        model.Graph.Node.AddRange(nodes);
        tensors.DropUnused();
        return replaced;
    }

    private Action? Product(NodeProto node)
    {
        var matMul = node.Is("MatMul") || node.IsEngine("FusedMatMul");
        var fused = node.IsEngine("FusedGemm");
        if (!(matMul || node.Is("Gemm") || fused) || tensors.FindMatrix(node.InputAt(1), MinElements) is not { } weight || node.InputAt(0) is not { } input || tensors.Find(input) is not null)
        {
            return null;
        }

        var bias = matMul ? null : node.InputAt(2);
        var activation = fused ? node.Attribute("activation")?.S.ToStringUtf8() ?? string.Empty : null;
        var plain = node.Int("transA", 0) == 0 && node.Int("transBatchA", 0) == 0 && (bias is null || node.Float("beta", 1) == 1) && (activation is null || Activations.Contains(activation));
        return plain ? () => WriteProduct(node, input, weight, bias, activation) : null;
    }

    private void WriteProduct(NodeProto node, string input, TensorProto weight, string? bias, string? activation)
    {
        var transposed = node.Int("transB", 0) != 0;
        var factor = node.Float("alpha", 1);
        var (matrix, scales) = tensors.Quantize(weight, transposed ? "transposed" : "columns", factor, () => transposed
            ? weights.Transposed(weight, factor, cancellationToken)
            : weights.Columns(weight, factor, cancellationToken));
        var (value, scale, zeroPoint) = Quantize(input);
        var vector = bias is not null && tensors.IsVector(bias, weight.Dims[transposed ? 0 : 1]) ? bias : null;
        var steps = new Queue<string>();
        if (bias is not null && vector is null)
        {
            steps.Enqueue("Add");
        }

        if (activation is not null)
        {
            steps.Enqueue(activation);
        }

        // The last step gives what the node gave.
        var name = NodePatterns.NameOf(node);
        var output = steps.Count == 0 ? node.Output[0] : $"{node.Output[0]}_int8";
        string[] inputs = [value, matrix, scale, scales, zeroPoint, .. vector is null ? Array.Empty<string>() : [string.Empty, vector]];
        nodes.Add(Nodes.Create("MatMulIntegerToFloat", Nodes.Engine, $"{name}_int8", inputs, output));
        while (steps.TryDequeue(out var step))
        {
            var next = steps.Count == 0 ? node.Output[0] : $"{output}_{step}";
            nodes.Add(Nodes.Create(step, string.Empty, $"{name}_{step}", step == "Add" ? [output, bias!] : [output], next));
            output = next;
        }
    }

    private Action? Attention(NodeProto node)
    {
        // Of the operator's other inputs and attributes the 8-bit one lacks some; a node that uses them stays.
        var plain = node.IsEngine("Attention") && node.Output.Count(output => output.Length > 0) == 1
            && node.Input.Skip(4).All(name => name.Length == 0)
            && node.Attribute.All(attribute => attribute.Name is "num_heads" or "unidirectional" or "mask_filter_value" or "scale" || (attribute.Name is "do_rotary" && attribute.I == 0));
        return plain && node.InputAt(0) is { } input && node.InputAt(2) is { } bias && tensors.FindMatrix(node.InputAt(1), MinElements) is { } weight && tensors.IsVector(bias, weight.Dims[1])
            ? () => WriteAttention(node, input, weight, bias)
            : null;
    }

    private void WriteAttention(NodeProto node, string input, TensorProto weight, string bias)
    {
        split ??= new SplitAttention(model, tensors);
        if (split.Fits(node, weight))
        {
            WriteProjections(node, input, weight, bias, split);
            return;
        }

        var (matrix, scales) = tensors.Quantize(weight, "columns", 1, () => weights.Columns(weight, 1, cancellationToken));
        var (value, scale, zeroPoint) = Quantize(input);
        var attention = Nodes.Create("QAttention", Nodes.Engine, $"{NodePatterns.NameOf(node)}_int8", [value, matrix, bias, scale, scales, node.InputAt(3) ?? string.Empty, zeroPoint], node.Output[0]);
        attention.Attribute.AddRange(node.Attribute.Where(attribute => attribute.Name != "do_rotary"));
        nodes.Add(attention);
    }

    private void WriteProjections(NodeProto node, string input, TensorProto weight, string bias, SplitAttention attention)
    {
        if (!projections.TryGetValue((weight.Name, bias), out var parts))
        {
            parts = [.. Enumerable.Range(0, 3).Select(i => weights.Projection(weight, tensors.Find(bias)!, i, cancellationToken))
                .Select(part => (tensors.Add(part.Weight), tensors.Add(part.Scales), tensors.Add(part.Bias)))];
            projections.Add((weight.Name, bias), parts);
        }

        var (value, scale, zeroPoint) = Quantize(input);
        var products = new List<string>();
        foreach (var (matrix, scales, offsets) in parts)
        {
            products.Add($"{node.Output[0]}_{products.Count}");
            nodes.Add(Nodes.Create("MatMulIntegerToFloat", Nodes.Engine, $"{NodePatterns.NameOf(node)}_{products.Count - 1}_int8", [value, matrix, scale, scales, zeroPoint, string.Empty, offsets], products[^1]));
        }

        nodes.AddRange(attention.Write(node, products));
    }

    private Action? Embedding(NodeProto node) =>
        node.Is("Gather") && node.Int("axis", 0) == 0 && tensors.FindMatrix(node.InputAt(0), MinElements) is { } table && node.InputAt(1) is { } ids && tensors.Find(ids) is null
            ? () => WriteEmbedding(node, table, ids)
            : null;

    private void WriteEmbedding(NodeProto node, TensorProto table, string ids)
    {
        var (rows, scales) = tensors.Quantize(table, "rows", 1, () => weights.Rows(table, cancellationToken));
        var (name, output) = (NodePatterns.NameOf(node), node.Output[0]);
        nodes.Add(Nodes.Create("Gather", string.Empty, $"{name}_rows", [rows, ids], $"{output}_rows"));
        nodes.Add(Nodes.Create("Gather", string.Empty, $"{name}_scales", [scales, ids], $"{output}_scales"));
        var cast = Nodes.Create("Cast", string.Empty, $"{name}_float", [$"{output}_rows"], $"{output}_float");
        cast.Attribute.Add(Nodes.Int("to", (long)TensorProto.Types.DataType.Float));
        nodes.Add(cast);
        nodes.Add(Nodes.Create("Mul", string.Empty, $"{name}_int8", [$"{output}_float", $"{output}_scales"], output));
    }

    private (string Value, string Scale, string ZeroPoint) Quantize(string input)
    {
        if (!quantizedInputs.TryGetValue(input, out var names))
        {
            names = ($"{input}_quantized", $"{input}_quantized_scale", $"{input}_quantized_zero");
            nodes.Add(Nodes.Create("DynamicQuantizeLinear", string.Empty, $"{input}_quantize", [input], names.Value, names.Scale, names.ZeroPoint));
            quantizedInputs.Add(input, names);
        }

        return names;
    }
}
