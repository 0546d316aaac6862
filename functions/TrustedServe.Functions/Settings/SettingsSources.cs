using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Settings;

/// <summary>Gathers the settings from where they may stand.</summary>
/// <param name="All">The sources, the one that wins last.</param>
/// <param name="Host">The shared part of host.json.</param>
internal sealed record SettingsSources(IReadOnlyList<SettingsSource> All, HostJson Host)
{
    /// <summary>Reads host.json, the file of settings, the environment and the command line, in this order.</summary>
    /// <exception cref="TsfException">TSF0002 or TSF0008 when a file cannot be taken.</exception>
    public static SettingsSources Gather(CommandLine commandLine, IEnumerable<KeyValuePair<string, string?>> environment)
    {
        var sources = new List<SettingsSource>();
        var host = new HostJson();
        var hostFile = commandLine.HostJsonFile ?? Path.Combine(AppContext.BaseDirectory, "host.json");
        if (commandLine.HostJsonFile is not null || File.Exists(hostFile))
        {
            using var document = JsonSettings.ReadFile(hostFile);
            host = HostJson.From(document.RootElement, hostFile);
            sources.Add(JsonSettings.Flatten(document.RootElement, hostFile));
        }

        if (commandLine.SettingsFile is { } file)
        {
            using var document = JsonSettings.ReadFile(file);
            var foreign = document.RootElement.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => name is not (SettingsSource.Section or "$schema"));
            if (foreign is not null)
            {
                throw TsfErrors.InvalidSettings.With($"{file} has the member '{foreign}'; settings stand under '{SettingsSource.Section}'.");
            }

            sources.Add(JsonSettings.Flatten(document.RootElement, file));
        }

        sources.Add(SettingsSource.FromEnvironment(environment));
        sources.Add(commandLine.Settings);
        return new SettingsSources(sources, host);
    }
}
