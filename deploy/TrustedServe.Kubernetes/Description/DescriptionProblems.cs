using TrustedServe.Kubernetes.Description.Yaml;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Kubernetes.Description;

/// <summary>Collects everything that is wrong with a description before it is refused.</summary>
internal sealed class DescriptionProblems
{
    private const int MaxListed = 50;
    private const int MaxShown = 60;
    private readonly List<DescriptionProblem> all = [];

    /// <summary>What was found, in the order of the document.</summary>
    public IReadOnlyList<DescriptionProblem> All => [.. all.OrderBy(problem => problem.Line).ThenBy(problem => problem.Column)];

    /// <summary>Adds one.</summary>
    public void Add(YamlPlace place, string path, string? value, string rule) =>
        all.Add(new DescriptionProblem(place.Line, place.Column, Shown(path), value is null ? null : Shown(value), rule));

    /// <summary>The path of a member.</summary>
    public static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>Ends the reading.</summary>
    /// <exception cref="TsfException">TSF7001 with every problem, one a line.</exception>
    public void ThrowIfAny(string file)
    {
        if (all.Count > 0)
        {
            var listed = string.Concat(All.Take(MaxListed).Select(problem => $"\n  {file}:{problem}"));
            throw TsfErrors.InvalidDescription.With($"{all.Count} problem(s):{listed}{(all.Count > MaxListed ? $"\n  and {all.Count - MaxListed} more" : "")}");
        }
    }

    private static string Shown(string text)
    {
        var shown = new string([.. text.Take(MaxShown).Select(character => char.IsControl(character) || char.IsSurrogate(character) ? '·' : character)]);
        return text.Length > MaxShown ? shown + "…" : shown;
    }
}
