using TrustedServe.Packaging.Graphs.Onnx;

namespace TrustedServe.Packaging.Graphs;

/// <summary>The graphs of a model and their constants.</summary>
internal static class GraphTensors
{
    // From this version on an initializer need not be declared as an input too.
    private const long FreeInitializers = 4;

    /// <summary>The graph and every graph inside its nodes.</summary>
    public static IEnumerable<GraphProto> Graphs(GraphProto graph)
    {
        yield return graph;
        foreach (var nested in graph.Node.SelectMany(Inside).SelectMany(Graphs))
        {
            yield return nested;
        }
    }

    /// <summary>The graphs right inside a node.</summary>
    public static IEnumerable<GraphProto> Inside(NodeProto node) =>
        node.Attribute.SelectMany(attribute => attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G));

    /// <summary>How often each value is read: by nodes, in whatever graph, and as an output.</summary>
    public static Dictionary<string, int> Readers(GraphProto graph) =>
        Graphs(graph).SelectMany(inner => inner.Node.SelectMany(node => node.Input).Concat(inner.Output.Select(value => value.Name))).CountBy(name => name).ToDictionary();

    /// <summary>Every graph of a model, those inside its functions included.</summary>
    public static IEnumerable<GraphProto> All(ModelProto model) =>
        Graphs(model.Graph).Concat(model.Functions.SelectMany(function => function.Node).SelectMany(Inside).SelectMany(Graphs));

    /// <summary>Every node of a model.</summary>
    public static IEnumerable<NodeProto> Nodes(ModelProto model) =>
        All(model).SelectMany(graph => graph.Node).Concat(model.Functions.SelectMany(function => function.Node));

    /// <summary>Every sparse tensor of a model.</summary>
    public static IEnumerable<SparseTensorProto> Sparse(ModelProto model) => All(model).SelectMany(graph => graph.SparseInitializer)
        .Concat(Attributes(model).SelectMany(attribute => attribute.SparseTensor is null ? attribute.SparseTensors : attribute.SparseTensors.Prepend(attribute.SparseTensor)));

    /// <summary>Every tensor of a model: weights, constants on nodes, and the parts of sparse ones.</summary>
    public static IEnumerable<TensorProto> Tensors(ModelProto model) => All(model).SelectMany(graph => graph.Initializer)
        .Concat(Attributes(model).SelectMany(attribute => attribute.T is null ? attribute.Tensors : attribute.Tensors.Prepend(attribute.T)))
        .Concat(Sparse(model).SelectMany(tensor => new[] { tensor.Values, tensor.Indices }.OfType<TensorProto>()));

    /// <summary>Makes initializers of Constant nodes with tensors over a size: the same to the engine, and they can lie outside.</summary>
    public static void PromoteConstants(ModelProto model, long overBytes)
    {
        if (model.IrVersion < FreeInitializers)
        {
            return;
        }

        foreach (var graph in Graphs(model.Graph).ToList())
        {
            for (var i = graph.Node.Count - 1; i >= 0; i--)
            {
                var node = graph.Node[i];
                if (node.OpType == "Constant" && node.Domain is "" or "ai.onnx" && node.Output.Count == 1
                    && node.Attribute is [{ Name: "value", T: { } tensor }] && TensorBytes.Length(tensor) > overBytes)
                {
                    tensor.Name = node.Output[0];
                    graph.Initializer.Add(tensor);
                    graph.Node.RemoveAt(i);
                }
            }
        }
    }

    private static IEnumerable<AttributeProto> Attributes(ModelProto model) => Nodes(model).SelectMany(node => node.Attribute);
}
