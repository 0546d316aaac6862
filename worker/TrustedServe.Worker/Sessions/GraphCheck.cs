using Microsoft.ML.OnnxRuntime;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Worker.Sessions;

/// <summary>Compares what a manifest says of a graph with the graph: requests are validated against the manifest, so it must not promise more.</summary>
internal static class GraphCheck
{
    /// <summary>Refuses a graph whose inputs or outputs are not the manifest's; says every difference at once.</summary>
    /// <exception cref="TsfException">TSF5004.</exception>
    public static void Check(InferenceSession session, Manifest manifest)
    {
        var problems = new List<string>();
        Compare("input", manifest.Inputs, session.InputMetadata, problems);
        Compare("output", manifest.Outputs, session.OutputMetadata, problems);
        foreach (var name in session.InputMetadata.Keys.Except(manifest.Inputs.Select(input => input.Name)))
        {
            problems.Add($"the graph needs an input '{name}' that the manifest does not name");
        }

        if (problems.Count > 0)
        {
            throw TsfErrors.GraphRejected.With($"Graph and manifest disagree: {string.Join("; ", problems)}.");
        }
    }

    private static void Compare(string kind, IReadOnlyList<TensorSpec> specs, IReadOnlyDictionary<string, NodeMetadata> nodes, List<string> problems)
    {
        foreach (var spec in specs)
        {
            if (!nodes.TryGetValue(spec.Name, out var node) || !node.IsTensor)
            {
                problems.Add($"the graph has no tensor {kind} '{spec.Name}'");
                continue;
            }

            if (node.ElementDataType != TensorElements.ToEngine(spec.Datatype))
            {
                problems.Add($"{kind} '{spec.Name}' is {node.ElementDataType} in the graph and {spec.Datatype.Name()} in the manifest");
            }

            // Where the graph fixes a length the manifest must fix the same; where the graph leaves it open the manifest may fix it.
            long[] declared = [.. spec.Shape];
            var graph = Array.ConvertAll(node.Dimensions, dimension => (long)dimension);
            if (!TensorShape.Matches(declared, graph))
            {
                problems.Add($"{kind} '{spec.Name}' has shape {TensorShape.Format(graph)} in the graph and {TensorShape.Format(declared)} in the manifest");
            }
        }
    }
}
