namespace TrustedServe.Functions.Settings;

/// <summary>What the settings resource of a trust domain holds.</summary>
/// <param name="Source">Its settings, to be put behind all others.</param>
/// <param name="ApiKeys">Its API keys, the UTF-8 text of a file of them; null when it has none.</param>
internal sealed record ReleasedSettings(SettingsSource Source, byte[]? ApiKeys);
