using System.Text.RegularExpressions;
using TrustedServe.Packaging.Graphs;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Optimizer.Quantization;

/// <summary>Nodes that stay in FP32, by name; <c>*</c> stands for any characters.</summary>
internal sealed class NodePatterns
{
    private static readonly TimeSpan MatchLimit = TimeSpan.FromSeconds(1);
    private readonly List<(string Pattern, Regex Match)> patterns;
    private readonly HashSet<string> used = [];
    private readonly List<string> asked = [];

    public NodePatterns(IEnumerable<string> patterns) => this.patterns =
    [
        .. patterns.Select(pattern => (pattern, new Regex($"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal)}$", RegexOptions.NonBacktracking, MatchLimit))),
    ];

    /// <summary>The name that a node goes by: its own, or its first output's.</summary>
    public static string NameOf(NodeProto node) => node.Name.Length > 0 ? node.Name : node.Output[0];

    /// <summary>Whether a node that could be quantised is named.</summary>
    public bool Has(NodeProto node)
    {
        asked.Add(NameOf(node));
        var named = false;
        foreach (var (pattern, match) in patterns)
        {
            if (match.IsMatch(NameOf(node)))
            {
                used.Add(pattern);
                named = true;
            }
        }

        return named;
    }

    /// <summary>Refuses patterns that named nothing: a mistyped one would quantise what it was to spare.</summary>
    /// <exception cref="TsfException">TSF1036.</exception>
    public void RequireUsed()
    {
        if (patterns.FirstOrDefault(entry => !used.Contains(entry.Pattern)) is { Pattern: { } pattern })
        {
            var names = string.Join(", ", asked.Take(10).Select(GraphText.Quote));
            throw TsfErrors.InvalidOptimizeRequest.With($"No node that could be quantised is named {GraphText.Quote(pattern)}. Such nodes are {names}{(asked.Count > 10 ? $" and {asked.Count - 10} more" : string.Empty)}.");
        }
    }
}
