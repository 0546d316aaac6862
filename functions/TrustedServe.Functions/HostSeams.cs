using TrustedServe.Attestation.Keys;
using TrustedServe.Attestation.Modes;
using TrustedServe.Functions.Settings;
using TrustedServe.Functions.Supervision;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Topology;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Functions;

/// <summary>What the host takes from its surroundings. Tests put their own in place of some of it.</summary>
internal sealed record HostSeams
{
    /// <summary>Decides the mode.</summary>
    public Func<TrustMode> Mode { get; init; } = TrustModes.Decide;

    /// <summary>What the front end is there for.</summary>
    public HostRole Role { get; init; }

    /// <summary>Opens the model store.</summary>
    public Func<ModelsOptions, IModelStore> OpenStore { get; init; } = options => ModelStores.Open(options.Store, options.StoreConnectionString);

    /// <summary>Makes the key source of a trust domain: the guest API at the address that the guest's own agent has.</summary>
    public Func<TimeProvider, IKeySource> GuestKeys { get; init; } = time =>
        KeySources.Create(new TrustConfig { KeySource = KeySourceKind.GuestApi, GuestApi = new Uri("http://127.0.0.1:8006") }, time);

    /// <summary>The machine, and the kernel that keeps threads to its cores.</summary>
    public HostPlacement Placement { get; init; } = new(static () => TopologyReader.ReadOwn(), LinuxSystemCalls.Instance);

    /// <summary>The environment.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Environment { get; init; } = System.Environment.GetEnvironmentVariables()
        .Cast<System.Collections.DictionaryEntry>()
        .Select(entry => KeyValuePair.Create((string)entry.Key, (string?)entry.Value));

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Says where logs go.</summary>
    public Action<ILoggingBuilder> Logging { get; init; } = JsonLines;

    private static void JsonLines(ILoggingBuilder logging)
    {
        logging.AddJsonConsole(console =>
        {
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "o";
            console.IncludeScopes = false;
        });
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Grpc", LogLevel.Warning);
    }
}
