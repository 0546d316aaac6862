using TrustedServe.Attestation.Modes;
using TrustedServe.Functions.Waiting;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Settings;

/// <summary>Everything that is settled before a host is built.</summary>
/// <param name="Mode">Whether this is a trust domain.</param>
/// <param name="Options">The settings, validated.</param>
/// <param name="Host">The shared part of host.json.</param>
/// <param name="ApiKeys">API keys that were released to a trust domain; null for none.</param>
internal sealed record HostSettings(TrustMode Mode, ServeOptions Options, HostJson Host, byte[]? ApiKeys)
{
    /// <summary>Decides the mode and reads the settings, inside a trust domain those too that are released after attestation.</summary>
    /// <exception cref="TsfException">TSF0xxx: what is wrong with command line, settings or surroundings; TSF3xxx when the resource is not released.</exception>
    public static async Task<HostSettings> ReadAsync(CommandLine commandLine, HostSeams seams, CancellationToken cancellationToken = default)
    {
        var sources = SettingsSources.Gather(commandLine, seams.Environment);
        var mode = seams.Mode();
        byte[]? apiKeys = null;
        if (mode == TrustMode.TrustDomain)
        {
            TrustBoundary.Check(sources.All);
            using var guest = seams.GuestKeys(seams.Time);
            var all = sources.All;
            using var logging = LoggerFactory.Create(seams.Logging);

            // One message is better handed to another instance than held by one that waits.
            var released = commandLine.Once
                ? await TrustBoundary.ReleaseAsync(all, guest, cancellationToken)
                : await OutsideWait.RunAsync(
                    "the settings resource", () => TrustBoundary.ReleaseAsync(all, guest, cancellationToken), seams.Time, logging.CreateLogger(typeof(OutsideWait)), cancellationToken);
            sources = sources with { All = [.. sources.All, released.Source] };
            apiKeys = released.ApiKeys;
        }

        return new HostSettings(mode, ServeOptions.Read(sources.All, sources.Host, apiKeys is not null, seams.Role == HostRole.Embedded), sources.Host, apiKeys);
    }
}
