using TrustedServe.Kubernetes.Checks.Objects;

namespace TrustedServe.Kubernetes.Checks.Trust;

/// <summary>A path that a container is told, with what tells its meaning.</summary>
/// <param name="Name">Name of the variable or option.</param>
/// <param name="Path">The path.</param>
/// <param name="Node">Where it stands.</param>
internal sealed record NamedPath(string Name, string Path, ManifestNode Node)
{
    // A path has at most 4,096 characters; names that say something are short.
    private const int MaxLength = 4_096;

    /// <summary>The absolute paths in a container's environment and arguments.</summary>
    public static IEnumerable<NamedPath> Of(Container container, Workload workload, CheckScope scope)
    {
        var words = container.Words.ToList();
        var arguments = words.SelectMany((word, index) => (word.Text ?? "").Split('=', 2) switch
        {
            [var name, var path] => new[] { (name, path, word) },
            [var path] when index > 0 => [(words[index - 1].Text ?? "", path, word)],
            _ => [],
        });
        return Variable.Of(container, workload.Namespace, scope)
            .Select(variable => (variable.Name, variable.Value ?? "", variable.Node))
            .Concat(arguments)
            .Where(pair => pair.Item1.Length <= MaxLength && pair.Item2.Length <= MaxLength && pair.Item2.StartsWith('/'))
            .Select(pair => new NamedPath(pair.Item1, pair.Item2, pair.Item3));
    }
}
