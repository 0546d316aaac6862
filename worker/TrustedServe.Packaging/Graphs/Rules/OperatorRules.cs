using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Graphs.Rules;

/// <summary>Every node is of an operator that the engine has, or of a function that the model brings and that does not call itself.</summary>
internal sealed class OperatorRules
{
    private readonly Dictionary<(string Domain, string Name), FunctionProto> functions = [];

    public OperatorRules(ModelProto model)
    {
        foreach (var function in model.Functions)
        {
            if (!functions.TryAdd((function.Domain, function.Name), function))
            {
                throw TsfErrors.InvalidGraph.With($"The function {GraphText.Quote(function.Name)} is defined twice.");
            }
        }

        var ended = new HashSet<FunctionProto>();
        foreach (var function in model.Functions)
        {
            RequireEnd(function, [], ended);
        }
    }

    /// <summary>Checks nodes and those of the graphs inside them.</summary>
    public void Check(IEnumerable<NodeProto> nodes, IEnumerable<OperatorSetIdProto> imports)
    {
        var versions = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var import in imports)
        {
            if (import.Version < 1 || !versions.TryAdd(KnownOperators.Domain(import.Domain), import.Version))
            {
                throw TsfErrors.InvalidGraph.With($"The operator set {GraphText.Quote(import.Domain)} is imported twice, or in version {import.Version}.");
            }
        }

        foreach (var node in All(nodes))
        {
            if (functions.ContainsKey((node.Domain, node.OpType)))
            {
                continue;
            }

            if (!KnownOperators.HasDomain(node.Domain))
            {
                throw TsfErrors.UnknownOperator.With($"The node {GraphText.Of(node)} is of the domain {GraphText.Quote(node.Domain)}, which the engine does not have.");
            }

            if (!KnownOperators.Has(node.Domain, node.OpType))
            {
                throw TsfErrors.UnknownOperator.With($"The node {GraphText.Of(node)} is of an operator that the domain {GraphText.Quote(KnownOperators.Domain(node.Domain))} does not have.");
            }

            if (!versions.ContainsKey(KnownOperators.Domain(node.Domain)))
            {
                throw TsfErrors.UnknownOperator.With($"The node {GraphText.Of(node)} is of the domain {GraphText.Quote(KnownOperators.Domain(node.Domain))}, which the model does not import.");
            }
        }
    }

    private static IEnumerable<NodeProto> All(IEnumerable<NodeProto> nodes) =>
        nodes.SelectMany(node => GraphTensors.Inside(node).SelectMany(inner => All(inner.Node)).Prepend(node));

    private void RequireEnd(FunctionProto function, HashSet<FunctionProto> callers, HashSet<FunctionProto> ended)
    {
        // Deep chains of functions are no more real than circles, and the engine would unfold both.
        const int maxCalls = 64;
        if (ended.Contains(function))
        {
            return;
        }

        if (callers.Count == maxCalls || !callers.Add(function))
        {
            throw TsfErrors.InvalidGraph.With($"The function {GraphText.Quote(function.Name)} calls itself, or lies in more than {maxCalls} others.");
        }

        foreach (var node in All(function.Node))
        {
            if (functions.TryGetValue((node.Domain, node.OpType), out var called))
            {
                RequireEnd(called, callers, ended);
            }
        }

        callers.Remove(function);
        ended.Add(function);
    }
}
