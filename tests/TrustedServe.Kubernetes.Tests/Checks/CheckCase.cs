using TrustedServe.Kubernetes.Checks;
using TrustedServe.Kubernetes.Checks.Findings;

namespace TrustedServe.Kubernetes.Tests.Checks;

/// <summary>A change to a clean sample and what must be found then, and nothing else.</summary>
/// <param name="Expected">Codes, parted by spaces.</param>
/// <param name="Text">The changed text.</param>
/// <param name="Options">What the caller knows.</param>
internal sealed record CheckCase(string Expected, string Text, CheckOptions? Options = null)
{
    /// <summary>A change of the server.</summary>
    public static CheckCase Server(string expected, params (string Old, string New)[] changes) => new(expected, Change(Samples.Server, changes));

    /// <summary>A change of the job.</summary>
    public static CheckCase Job(string expected, params (string Old, string New)[] changes) => new(expected, Change(Samples.Job, changes));

    /// <summary>Another object beside the server.</summary>
    public static CheckCase With(string expected, string document) => new(expected, $"{Samples.Server}---\n{document}\n");

    /// <summary>An environment variable more.</summary>
    public static CheckCase Variable(string expected, string name, string value) => Variables(expected, (name, value));

    /// <summary>Environment variables more.</summary>
    public static CheckCase Variables(string expected, params (string Name, string Value)[] variables) =>
        Server(expected, ("        env:\n", $"        env:\n{string.Concat(variables.Select(variable => $"        - {{name: {variable.Name}, value: \"{variable.Value}\"}}\n"))}"));

    /// <summary>An argument more.</summary>
    public static CheckCase Argument(string expected, string argument) => Server(expected, ("\"--settings\", ", $"\"--settings\", \"{argument}\", "));

    /// <summary>An annotation more.</summary>
    public static CheckCase Annotation(string expected, string name, string value) =>
        Server(expected, ("      annotations:\n", $"      annotations:\n        {name}: \"{value}\"\n"));

    /// <summary>What is found.</summary>
    public IReadOnlyList<Finding> Run() => ManifestCheck.Run(Samples.Parse(Text), Options);

    /// <summary>Asserts it.</summary>
    public void Verify()
    {
        var found = Run();
        Assert.Equal(Expected, string.Join(' ', found.Select(finding => finding.Check.Code).Distinct().Order(StringComparer.Ordinal)));
        Assert.All(found, finding => Assert.True(finding.Place?.Line > 1 && finding.Seen.Length > 0, finding.ToString()));
    }

    private static string Change(string text, (string Old, string New)[] changes)
    {
        foreach (var (old, replacement) in changes)
        {
            Assert.Contains(old, text);
            text = text.Replace(old, replacement, StringComparison.Ordinal);
        }

        return text;
    }
}
