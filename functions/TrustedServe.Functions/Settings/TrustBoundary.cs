using System.Security.Cryptography;
using System.Text.Json;
using TrustedServe.Attestation.Keys;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;
using TrustedServe.Protocol.Trust;

namespace TrustedServe.Functions.Settings;

/// <summary>
/// Inside a trust domain the machine's owner writes environment, command line and mounted files: they may tune, but what
/// decides trust comes from a resource that is released to this guest after attestation. Which resource that is may come
/// from anywhere, because the broker decides what this guest may get.
/// </summary>
internal static class TrustBoundary
{
    /// <summary>The setting that names the resource.</summary>
    public const string SettingsKey = TrustSettings.ResourceKey;

    /// <summary>
    /// Where inline API keys stand in the resource, as in a file of API keys. They are read once, with the resource: unlike a
    /// file's, a change of them is in force from the next start on.
    /// </summary>
    public const string ApiKeysKey = TrustSettings.ApiKeysKey;

    /// <summary>Whether a setting decides trust.</summary>
    public static bool Decides(string key) => TrustSettings.Decides(key);

    /// <summary>Refuses settings that decide trust and come from where the machine's owner can write.</summary>
    /// <exception cref="TsfException">TSF0003 with every such setting and its source.</exception>
    public static void Check(IReadOnlyList<SettingsSource> sources)
    {
        var found = sources
            .SelectMany(source => source.Values.Keys.Where(Decides).Select(key => $"\n  {SettingsSource.Section}:{key} ({source.Name})"))
            .ToList();
        if (found.Count > 0)
        {
            throw TsfErrors.UntrustedSetting.With($"This is a trust domain; {found.Count} setting(s) that decide trust came from outside it:{string.Concat(found)}");
        }
    }

    /// <summary>Fetches the settings resource.</summary>
    /// <exception cref="TsfException">TSF0002 when no resource is named, or it is not one of settings that decide trust; TSF3xxx when it is not released.</exception>
    public static async Task<ReleasedSettings> ReleaseAsync(IReadOnlyList<SettingsSource> sources, IKeySource guest, CancellationToken cancellationToken)
    {
        var id = KeyId.Parse(sources.Reverse().Select(source => source.Values.GetValueOrDefault(SettingsKey)).FirstOrDefault(value => value is not null)
            ?? throw TsfErrors.InvalidSettings.With($"{SettingsSource.Section}:{SettingsKey} is not set: inside a trust domain it must name the resource that the settings are taken from."));
        using var release = await guest.GetAsync(id, cancellationToken);

        // The document is parsed from a copy that is zeroed again; strings taken out of it live as long as the process needs them.
        var copy = release.Resource.Span.ToArray();
        try
        {
            using var document = JsonSettings.Parse(copy, id.ToString());
            return From(document.RootElement, id.ToString());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    private static ReleasedSettings From(JsonElement root, string name)
    {
        var flat = JsonSettings.Flatten(root, name);
        var foreign = flat.Values.Keys.Where(key => !Decides(key) || key.Equals("Http:ApiKeysFile", StringComparison.OrdinalIgnoreCase)).ToList();
        if (foreign.Count > 0 || root.EnumerateObject().Any(member => member.Name != SettingsSource.Section))
        {
            throw TsfErrors.InvalidSettings.With(
                $"{name} may hold settings that decide trust only, under {SettingsSource.Section}, and API keys inline as {ApiKeysKey}; it also has {string.Join(", ", foreign.DefaultIfEmpty("other members"))}.");
        }

        // Settings are known without regard to case, so the keys are too; keys that would get lost mean no access control.
        var keys = Members(root, SettingsSource.Section).SelectMany(section => Members(section, "Http")).SelectMany(http => Members(http, "ApiKeys")).ToList();
        if (keys.Count > 1 || (keys.Count == 0 && flat.Values.Keys.Any(TrustSettings.IsApiKeys)))
        {
            throw TsfErrors.InvalidSettings.With($"{name} must hold its API keys in one place: as the member ApiKeys of the member Http of {SettingsSource.Section}.");
        }

        return new ReleasedSettings(
            new SettingsSource(name, flat.Values.Where(pair => !TrustSettings.IsApiKeys(pair.Key)).ToDictionary(StringComparer.OrdinalIgnoreCase)),
            keys.Count == 1 ? JsonSerializer.SerializeToUtf8Bytes(keys[0]) : null);
    }

    private static IEnumerable<JsonElement> Members(JsonElement parent, string name) => parent.ValueKind != JsonValueKind.Object
        ? []
        : parent.EnumerateObject().Where(member => member.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(member => member.Value);
}
