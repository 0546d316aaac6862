namespace TrustedServe.Cli.Hosting;

/// <summary>What to start on this machine.</summary>
internal sealed record LocalStackOptions
{
    /// <summary>The model store: a directory or the address of a blob container.</summary>
    public required string Models { get; init; }

    /// <summary>Address of a key broker; null to start the embedded one.</summary>
    public Uri? Broker { get; init; }

    /// <summary>Folder of the embedded broker.</summary>
    public required string BrokerFolder { get; init; }

    /// <summary>Options of the embedded broker that say where collateral for TDX quotes comes from.</summary>
    public IReadOnlyList<string> BrokerCollateral { get; init; } = [];

    /// <summary>Development only: simulated evidence.</summary>
    public bool InsecureSimulatedEvidence { get; init; }

    /// <summary>Address of the HTTP trigger.</summary>
    public string Listen { get; init; } = "http://127.0.0.1:8080";

    /// <summary>Address of health and metrics.</summary>
    public string HealthListen { get; init; } = "http://127.0.0.1:8081";

    /// <summary>Take one message from the queue, finish it, end.</summary>
    public bool Once { get; init; }

    /// <summary>A settings file for the front end, or null.</summary>
    public string? SettingsFile { get; init; }

    /// <summary>Further settings of the front end by key below <c>TrustedServe</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Settings that must not stand on a command line, which every user of the machine can read: connection strings.</summary>
    public IReadOnlyDictionary<string, string> SecretSettings { get; init; } = new Dictionary<string, string>();
}
