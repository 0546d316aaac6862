using System.Net;
using TrustedServe.Functions.Draining;
using TrustedServe.Functions.Queue;
using TrustedServe.Functions.Signals;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Placement;
using TrustedServe.Protocol.Scheduling;
using TrustedServe.Protocol.Secrets;
using TrustedServe.Protocol.Workers;

namespace TrustedServe.Functions.Settings;

/// <summary>Every setting of the front end.</summary>
internal sealed record ServeOptions
{
    private const string ListenRule = "must be http:// with an IP address or localhost, and a port";

    /// <summary>The HTTP trigger.</summary>
    public required HttpOptions Http { get; init; }

    /// <summary>The listener for health and metrics.</summary>
    public required HealthOptions Health { get; init; }

    /// <summary>Which models are served.</summary>
    public required ModelsOptions Models { get; init; }

    /// <summary>Where the workers' keys come from.</summary>
    public required TrustConfig Trust { get; init; }

    /// <summary>What the front end publishes of its own evidence.</summary>
    public AttestationOptions Attestation { get; init; } = new();

    /// <summary>How workers are started and watched.</summary>
    public required WorkerOptions Worker { get; init; }

    /// <summary>The queue trigger.</summary>
    public required QueueOptions Queue { get; init; }

    /// <summary>The signals for scaling.</summary>
    public SignalsOptions Signals { get; init; } = new();

    /// <summary>How the instance ends.</summary>
    public DrainOptions Drain { get; init; } = new();

    /// <summary>Reads and validates.</summary>
    /// <exception cref="TsfException">TSF0002 with every problem; TSF0007 when the listener would serve anyone.</exception>
    public static ServeOptions Read(IReadOnlyList<SettingsSource> sources, HostJson? host = null, bool keysAtHand = false, bool behindAnotherHost = false)
    {
        var reader = new SettingsReader(sources);
        var options = Read(reader, host ?? new HostJson());
        reader.ReportUnknown();
        reader.ThrowIfAny();
        options = options with { Http = options.Http with { IsBehindAnotherHost = behindAnotherHost } };
        if (options.Http.IsReachable
            && options.Http is { ApiKeysFile: null, InsecureAllowAnyCaller: false }
            && !keysAtHand)
        {
            throw TsfErrors.OpenListener.With(
                $"{(behindAnotherHost ? "The other host's listener" : $"TrustedServe:Http:Listen = 'http://{options.Http.Listen}'")} is reachable from elsewhere, and neither TrustedServe:Http:ApiKeysFile nor TrustedServe:Http:InsecureAllowAnyCaller is set.");
        }

        return options;
    }

    /// <summary>Reads every setting once.</summary>
    internal static ServeOptions Read(SettingsReader reader, HostJson host)
    {
        var options = new ServeOptions
        {
            Http = new HttpOptions
            {
                Listen = Listen(reader, "Http:Listen", 8080),
                MaxBodyBytes = reader.Integer("Http:MaxBodyBytes", 64 << 20, 1024, 1 << 30),
                RequestTimeoutSeconds = reader.Integer("Http:RequestTimeoutSeconds", 30, 1, 3600),
                HoldSeconds = reader.Integer("Http:HoldSeconds", 3600, 0, 3600),
                HoldRequests = reader.Integer("Http:HoldRequests", 256, 1, 4096),
                HoldBytes = reader.Integer("Http:HoldBytes", 128 << 20, 1024, 1 << 30),
                MostUrgentPriority = reader.Integer(
                    "Http:MostUrgentPriority", SchedulingParameters.DefaultPriority, SchedulingParameters.MostUrgent, SchedulingParameters.LeastUrgent),
                ApiKeysFile = reader.Text("Http:ApiKeysFile"),
                InsecureAllowAnyCaller = reader.Flag("Http:InsecureAllowAnyCaller"),
            },
            Health = new HealthOptions { Listen = Listen(reader, "Health:Listen", 8081), ModelSignals = reader.Flag("Health:ModelSignals", true) },
            Models = new ModelsOptions
            {
                Store = reader.Required("Models:Store"),
                StoreConnectionString = reader.Text("Models:StoreConnectionString"),
                Names = reader.List("Models:Names"),
            },
            Trust = ReadTrust(reader),
            Attestation = new AttestationOptions { CollateralFile = AbsolutePath(reader, "Attestation:CollateralFile") },
            Worker = new WorkerOptions
            {
                Executable = reader.Text("Worker:Executable"),
                Lanes = reader.Integer("Worker:Lanes", 0, 0, PlacementWishes.MaxLanes),
                Placement = reader.Choice("Worker:Placement", PlacementMode.Auto),
                LaneWidth = reader.Integer("Worker:LaneWidth", 0, 0, PlacementWishes.MaxLaneWidth),
                LanesOnSiblings = reader.Flag("Worker:LanesOnSiblings"),
                DivideCores = reader.Flag("Worker:DivideCores"),
                FrontEndCores = reader.Integer("Worker:FrontEndCores", 0, 0, PlacementWishes.MaxFrontEndCores),
                QueueCapacity = reader.Integer("Worker:QueueCapacity", 256, 1, 100_000),
                SocketDirectory = reader.Text("Worker:SocketDirectory"),
                WeightsDirectory = reader.Text("Worker:WeightsDirectory") ?? "/dev/shm",
                Weights = reader.Choice("Worker:Weights", WeightsMode.Auto),
                InsecureAllowSwap = reader.Flag("Worker:InsecureAllowSwap"),
                AttestationMaxAgeSeconds = reader.Integer("Worker:AttestationMaxAgeSeconds", 12 * 60 * 60, 1, 7 * 24 * 60 * 60),
                CrashLimit = reader.Integer("Worker:CrashLimit", 5, 1, 100),
            },
            Queue = QueueOptionsReader.Read(reader, host.Queues),
            Signals = SignalsOptions.Read(reader),
            Drain = new DrainOptions
            {
                GraceSeconds = reader.Integer("Drain:GraceSeconds", 30, 0, 24 * 60 * 60),
                DelaySeconds = reader.Integer("Drain:DelaySeconds", 5, 0, 3600),
            },
        };
        if (options.Http.Listen.Port != 0 && options.Http.Listen.Port == options.Health.Listen.Port)
        {
            reader.Report("TrustedServe:Http:Listen and TrustedServe:Health:Listen have the same port: they must differ");
        }

        return options;
    }

    private static TrustConfig ReadTrust(SettingsReader reader)
    {
        var defaults = new TrustConfig();
        var trust = new TrustConfig
        {
            KeySource = reader.Choice("Trust:KeySource", defaults.KeySource),
            Broker = reader.Address("Trust:Broker", null, uri => uri.Scheme == "https" || uri.IsLoopback, "must be an https address; http only on loopback"),
            BrokerCertificateFile = reader.Text("Trust:BrokerCertificateFile"),
            GuestApi = reader.Address("Trust:GuestApi", defaults.GuestApi, uri => uri.IsLoopback, "must be an address on loopback")!,
            ReportRoot = AbsolutePath(reader, "Trust:ReportRoot") ?? defaults.ReportRoot,
            EventLogFile = AbsolutePath(reader, "Trust:EventLogFile") ?? defaults.EventLogFile,
            InitDataFile = AbsolutePath(reader, "Trust:InitDataFile"),
            InsecureSimulatedEvidence = reader.Flag("Trust:InsecureSimulatedEvidence"),
        };
        if (trust is { KeySource: KeySourceKind.Broker, Broker: null })
        {
            reader.Report("TrustedServe:Trust:Broker is not set: it is required while TrustedServe:Trust:KeySource is Broker");
        }

        if (reader.Text("Trust:Settings") is { } id)
        {
            try
            {
                KeyId.Parse(id);
            }
            catch (TsfException)
            {
                reader.Refuse("Trust:Settings", "must have the form kbs:///repository/type/tag", id);
            }
        }

        return trust;
    }

    private static string? AbsolutePath(SettingsReader reader, string key) =>
        reader.Text(key) is not { } path || Path.IsPathFullyQualified(path) ? reader.Text(key) : reader.Refuse<string?>(key, "must be an absolute path", null);

    private static IPEndPoint Listen(SettingsReader reader, string key, int port)
    {
        var uri = reader.Address(key, new Uri($"http://127.0.0.1:{port}"), uri => Host(uri) is not null && uri is { Scheme: "http", PathAndQuery: "/" }, ListenRule)!;
        return new IPEndPoint(Host(uri)!, uri.Port);
    }

    private static IPAddress? Host(Uri uri) => uri.Host == "localhost" ? IPAddress.Loopback
        : IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) ? address
        : null;
}
