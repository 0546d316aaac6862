using TrustedServe.Optimizer.Weights;
using TrustedServe.Packaging.Graphs.Onnx;
using static TrustedServe.Packaging.Graphs.Onnx.TensorProto.Types;

namespace TrustedServe.Optimizer.Quantization;

/// <summary>
/// The engine's Attention as three 8-bit products, of queries, keys and values, and the standard's Attention after them. The
/// engine's 8-bit Attention takes its input anew for each head of each projection; and the standard one reads where the
/// products wrote, where the engine's other operators would move the heads together first.
/// </summary>
internal sealed class SplitAttention(ModelProto model, GraphWeights tensors)
{
    // As the engine's operator has it (MaskFilterValue).
    private const float Masked = -10_000;

    private readonly Dictionary<string, string> masks = [];
    private bool? canImport;

    /// <summary>Whether a node can be written so; the model imports the operator from then on.</summary>
    public bool Fits(NodeProto node, TensorProto weight)
    {
        var heads = node.Int("num_heads", 0);
        return heads > 0 && weight.Dims[1] % (3 * heads) == 0 && node.Int("unidirectional", 0) == 0 && node.Float("scale", 0) >= 0
            && (node.InputAt(3) is not { } mask || IsByTokens(mask))
            && (canImport ??= LaterOperators.TryRaise(model, tensors));
    }

    /// <summary>What comes after the products.</summary>
    /// <param name="node">The engine's node.</param>
    /// <param name="products">Queries, keys and values, each of [batch, tokens, width].</param>
    public IEnumerable<NodeProto> Write(NodeProto node, IReadOnlyList<string> products)
    {
        var name = NodePatterns.NameOf(node);
        var inputs = products.ToList();
        if (node.InputAt(3) is { } mask)
        {
            if (!masks.TryGetValue(mask, out var added))
            {
                masks.Add(mask, added = $"{mask}_added");
                foreach (var step in Mask(mask, added, node.Float("mask_filter_value", Masked)))
                {
                    yield return step;
                }
            }

            inputs.Add(added);
        }

        var attention = Nodes.Create("Attention", string.Empty, name, inputs, node.Output[0]);
        attention.Attribute.Add(Nodes.Int("q_num_heads", node.Int("num_heads", 0)));
        attention.Attribute.Add(Nodes.Int("kv_num_heads", node.Int("num_heads", 0)));

        // 0 means to the engine's operator what leaving it out means to the standard's: one by the root of a head's width.
        if (node.Attribute("scale") is { F: > 0 } scale)
        {
            attention.Attribute.Add(scale);
        }

        yield return attention;
    }

    // From [batch, tokens], where 1 is a token and 0 is none, to what is added to the scores: [batch, 1, tokens, tokens].
    private IEnumerable<NodeProto> Mask(string mask, string added, float masked)
    {
        yield return Nodes.Create("Greater", string.Empty, $"{mask}_is_token", [mask, Zero()], $"{mask}_is_token");
        yield return Nodes.Create("Where", string.Empty, $"{mask}_score", [$"{mask}_is_token", Number("zero", 0), Number("masked", masked)], $"{mask}_score");
        yield return Nodes.Create("Unsqueeze", string.Empty, $"{mask}_row", [$"{mask}_score", Vector("axes", 1, 2)], $"{mask}_row");
        var tokens = Nodes.Create("Shape", string.Empty, $"{mask}_tokens", [mask], $"{mask}_tokens");
        tokens.Attribute.Add(Nodes.Int("start", 1));
        yield return tokens;
        var shape = Nodes.Create("Concat", string.Empty, $"{mask}_shape", [$"{mask}_tokens", Vector("one", 1)], $"{mask}_shape");
        shape.Attribute.Add(Nodes.Int("axis", 0));
        yield return shape;
        yield return Nodes.Create("Expand", string.Empty, added, [$"{mask}_row", $"{mask}_shape"], added);

        string Number(string name, float value) => tensors.Add(SmallTensor.Of<float>($"{mask}_{name}", [value], 1));
        string Vector(string name, params long[] values) => tensors.Add(SmallTensor.Of<long>($"{mask}_{name}", values));
        string Zero() => tensors.Add(new TensorProto { Name = $"{mask}_no_token", DataType = (int)DataType.Int32, Dims = { 1 }, Int32Data = { 0 } });
    }

    // Of the engine's kinds of masks the one that has a number for each token of each row. The engine makes it of the graph's input.
    private bool IsByTokens(string mask)
    {
        var cast = model.Graph.Node.FirstOrDefault(node => node.Is("Cast") && node.Output[0] == mask);
        var source = cast is null ? mask : cast.Input[0];
        return model.Graph.Input.Concat(model.Graph.ValueInfo).FirstOrDefault(value => value.Name == source)?.Type?.TensorType?.Shape?.Dim.Count == 2;
    }
}
