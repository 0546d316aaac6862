using TrustedServe.Protocol.Errors;

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
    /// <exception cref="TsfException">TSF0002 when two variables are the same setting: which one wins would be left to chance.</exception>
    public static SettingsSource FromEnvironment(IEnumerable<KeyValuePair<string, string?>> variables)
    {
        var settings = variables
            .Where(variable => variable.Key.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
            .GroupBy(variable => variable.Key[EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal), StringComparer.OrdinalIgnoreCase)
            .ToList();
        return settings.Find(setting => setting.Count() > 1) is { } twice
            ? throw TsfErrors.InvalidSettings.With($"{string.Join(" and ", twice.Select(variable => variable.Key))} in the environment are the same setting, {Section}:{twice.Key}: give one of them.")
            : new SettingsSource("environment", settings.ToDictionary(setting => setting.Key, setting => setting.Single().Value, StringComparer.OrdinalIgnoreCase));
    }
}
