namespace TrustedServe.Functions.Settings;

/// <summary>Settings of one origin, keys without regard to case, sections parted by colons.</summary>
/// <param name="Name">The origin, for messages: <c>environment</c>, <c>command line</c>, a file's path.</param>
/// <param name="Values">Keys under <c>TrustedServe:</c>, without that prefix, and their values.</param>
internal sealed record SettingsSource(string Name, IReadOnlyDictionary<string, string?> Values)
{
    /// <summary>The section that all of this project's settings lie in.</summary>
    public const string Section = "TrustedServe";

    /// <summary>How an environment variable begins that is a setting: <c>TRUSTEDSERVE__Http__Listen</c>.</summary>
    public const string EnvironmentPrefix = "TRUSTEDSERVE__";

    /// <summary>The settings among environment variables.</summary>
    public static SettingsSource FromEnvironment(IEnumerable<KeyValuePair<string, string?>> variables) => new("environment", variables
        .Where(variable => variable.Key.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
        .DistinctBy(variable => variable.Key, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(
            variable => variable.Key[EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal),
            variable => variable.Value,
            StringComparer.OrdinalIgnoreCase));
}
