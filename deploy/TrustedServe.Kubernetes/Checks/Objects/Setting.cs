namespace TrustedServe.Kubernetes.Checks.Objects;

/// <summary>A setting of the front end or worker that stands in a manifest.</summary>
/// <param name="Key">Its name without <c>TrustedServe:</c>, sections parted by colons.</param>
/// <param name="Value">Its value; null when it is not in the manifests, for example in a Secret elsewhere.</param>
/// <param name="Node">Where it stands.</param>
/// <param name="Origin">What that is, for people.</param>
internal sealed record Setting(string Key, string? Value, ManifestNode Node, string Origin)
{
    private const string Section = "TrustedServe:";
    private const string EnvironmentPrefix = "TRUSTEDSERVE__";

    /// <summary>The setting that an environment variable is; null when it is none.</summary>
    public static Setting? FromVariable(string? name, string? value, ManifestNode node, string origin) =>
        name?.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase) == true
            ? new Setting(name[EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal), value, node, origin)
            : null;

    /// <summary>The settings among arguments: <c>--TrustedServe:Key=value</c>, <c>--set Key=value</c>, each also in two words.</summary>
    public static IEnumerable<Setting> FromWords(IReadOnlyList<ManifestNode> words)
    {
        for (var index = 0; index < words.Count; index++)
        {
            var (name, value) = Pair(words[index].Text ?? "");
            var next = index + 1 < words.Count ? words[index + 1].Text : null;
            if (name == "--set")
            {
                var (key, set) = Pair(value ?? next ?? "");
                yield return new Setting(WithoutSection(key), set, words[index], "argument");
            }
            else if (name.StartsWith("--" + Section, StringComparison.OrdinalIgnoreCase))
            {
                yield return new Setting(name[(Section.Length + 2)..], value ?? next, words[index], "argument");
            }
        }
    }

    /// <summary>The settings of a flattened JSON document.</summary>
    public static Setting? FromDocument(string key, string? value, ManifestNode node, string origin) =>
        key.StartsWith(Section, StringComparison.OrdinalIgnoreCase) ? new Setting(key[Section.Length..], value, node, origin) : null;

    private static string WithoutSection(string key) => key.StartsWith(Section, StringComparison.OrdinalIgnoreCase) ? key[Section.Length..] : key;

    private static (string Name, string? Value) Pair(string word) => word.Split('=', 2) is [var name, var value] ? (name, value) : (word, null);
}
