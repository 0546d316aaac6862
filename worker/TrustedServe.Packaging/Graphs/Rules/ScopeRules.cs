using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Graphs.Rules;

/// <summary>Names of one graph: each is given once, what is read is given, and the nodes can be put in an order.</summary>
internal sealed class ScopeRules
{
    // The giver of each name; -1 for inputs and weights.
    private readonly Dictionary<string, int> givers = new(StringComparer.Ordinal);

    // Names that this graph leaves to the graphs around it, each with a node that reads it.
    private readonly Dictionary<string, NodeProto> open = new(StringComparer.Ordinal);

    private ScopeRules()
    {
    }

    /// <summary>Checks the outermost graph, and with it those inside.</summary>
    /// <exception cref="TsfException">TSF1030.</exception>
    public static void Check(GraphProto graph) => RequireClosed(CheckGraph(graph).open);

    /// <summary>Checks the body of a function.</summary>
    /// <exception cref="TsfException">TSF1030.</exception>
    public static void Check(FunctionProto function)
    {
        var scope = new ScopeRules();
        scope.Give(function.Input, -1, "the function");
        scope.Walk(function.Node);
        scope.RequireOutputs(function.Output);
        RequireClosed(scope.open);
    }

    private static ScopeRules CheckGraph(GraphProto graph)
    {
        var scope = new ScopeRules();
        var inputs = graph.Input.Select(input => input.Name).ToList();
        scope.Give(inputs, -1, "the graph's inputs");

        // Older formats list weights among the inputs too.
        var weights = graph.Initializer.Select(tensor => tensor.Name)
            .Concat(graph.SparseInitializer.Select(tensor => tensor.Values?.Name ?? string.Empty)).ToList();
        if (weights.GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1 || group.Key.Length == 0) is { } twice)
        {
            throw TsfErrors.InvalidGraph.With($"The weight {GraphText.Quote(twice.Key)} is given {twice.Count()} times, or has no name.");
        }

        scope.Give(weights.Except(inputs, StringComparer.Ordinal), -1, "the weights");
        scope.Walk(graph.Node);
        scope.RequireOutputs(graph.Output.Select(output => output.Name));
        return scope;
    }

    private static void RequireClosed(Dictionary<string, NodeProto> open)
    {
        if (open.Count > 0)
        {
            var (name, node) = open.First();
            throw TsfErrors.InvalidGraph.With($"The node {GraphText.Of(node)} reads {GraphText.Quote(name)}, which nothing gives.");
        }
    }

    private void Give(IEnumerable<string> names, int giver, string what)
    {
        foreach (var name in names)
        {
            if (name.Length == 0 ? giver < 0 : !givers.TryAdd(name, giver))
            {
                throw TsfErrors.InvalidGraph.With($"The value {GraphText.Quote(name)} of {what} is given already, or has no name.");
            }
        }
    }

    private void RequireOutputs(IEnumerable<string> outputs)
    {
        // An output of an inner graph may be a value of the graph around it.
        foreach (var name in outputs.Where(name => !givers.ContainsKey(name)))
        {
            open.TryAdd(name, new NodeProto { OpType = "output", Output = { name } });
        }
    }

    private void Walk(IList<NodeProto> nodes)
    {
        for (var i = 0; i < nodes.Count; i++)
        {
            Give(nodes[i].Output, i, $"the node {GraphText.Of(nodes[i])}");
        }

        var waits = new int[nodes.Count];
        var readers = new List<int>?[nodes.Count];
        for (var i = 0; i < nodes.Count; i++)
        {
            foreach (var name in Read(nodes[i]))
            {
                if (!givers.TryGetValue(name, out var giver))
                {
                    open.TryAdd(name, nodes[i]);
                }
                else if (giver >= 0)
                {
                    (readers[giver] ??= []).Add(i);
                    waits[i]++;
                }
            }
        }

        RequireOrder(nodes, waits, readers);
    }

    /// <summary>The names that a node reads, those that graphs inside it read from around them included.</summary>
    private static HashSet<string> Read(NodeProto node)
    {
        var names = node.Input.Where(name => name.Length > 0).ToHashSet(StringComparer.Ordinal);
        foreach (var inner in GraphTensors.Inside(node))
        {
            names.UnionWith(CheckGraph(inner).open.Keys);
        }

        return names;
    }

    private static void RequireOrder(IList<NodeProto> nodes, int[] waits, List<int>?[] readers)
    {
        var ready = new Stack<int>(Enumerable.Range(0, nodes.Count).Where(i => waits[i] == 0));
        var done = 0;
        while (ready.TryPop(out var i))
        {
            done++;
            foreach (var reader in readers[i] ?? [])
            {
                if (--waits[reader] == 0)
                {
                    ready.Push(reader);
                }
            }
        }

        if (done < nodes.Count)
        {
            var stuck = nodes[Enumerable.Range(0, nodes.Count).First(i => waits[i] > 0)];
            throw TsfErrors.InvalidGraph.With($"The node {GraphText.Of(stuck)} waits for itself: it lies on a cycle or behind one.");
        }
    }
}
