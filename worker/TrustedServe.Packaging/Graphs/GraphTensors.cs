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
        foreach (var attribute in graph.Node.SelectMany(node => node.Attribute))
        {
            foreach (var inner in attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G))
            {
                foreach (var nested in Graphs(inner))
                {
                    yield return nested;
                }
            }
        }
    }

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
}
