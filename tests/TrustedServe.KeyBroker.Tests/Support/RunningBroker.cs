using Microsoft.Extensions.Logging;
using TrustedServe.Attestation.Evidence;
using TrustedServe.Attestation.Keys;
using TrustedServe.KeyBroker.Hosting;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.Protocol.Secrets;
using TrustedServe.Testing;

namespace TrustedServe.KeyBroker.Tests.Support;

/// <summary>A broker on a socket of its own, with one resource that the policy releases to <see cref="TestPolicy.Known"/>.</summary>
internal sealed class RunningBroker : IAsyncDisposable
{
    public static readonly KeyId Model = KeyId.Parse("kbs:///models/langid/v1");

    public static readonly KeyId NotThere = KeyId.Parse("kbs:///models/langid/v2");

    public static readonly KeyId NoRule = KeyId.Parse("kbs:///rows/langid/v1");

    private readonly bool ownsFolder;
    private readonly ILoggerFactory loggers;

    private RunningBroker(TemporaryDirectory folder, bool ownsFolder, BrokerHost host, ILoggerFactory loggers, LogCapture log)
    {
        (Folder, this.ownsFolder, Host, this.loggers, Log) = (folder, ownsFolder, host, loggers, log);
        Wire = new WireClient(host.Address);
    }

    public TemporaryDirectory Folder { get; }

    public BrokerHost Host { get; }

    public LogCapture Log { get; }

    /// <summary>The protocol by hand, so that a test can break any part of it.</summary>
    public WireClient Wire { get; }

    public string PolicyFile => Folder["policy.json"];

    public string Audit => File.ReadAllText(Folder["broker", "audit.jsonl"]);

    /// <summary>What was refused to strangers; complete when the broker has ended.</summary>
    public string StrangersAudit => File.ReadAllText(Folder["broker", "audit-strangers.jsonl"]);

    public static byte[] Secret { get; } = [.. Enumerable.Range(0, 64).Select(i => (byte)(i * 37 + 11))];

    public static async Task<RunningBroker> StartAsync(TimeProvider? time = null, TemporaryDirectory? folder = null, string? policy = null, Func<BrokerOptions, BrokerOptions>? configure = null)
    {
        var ownsFolder = folder is null;
        folder ??= new TemporaryDirectory();
        if (!File.Exists(folder["policy.json"]))
        {
            File.WriteAllText(folder["policy.json"], policy ?? TestPolicy.Of(TestPolicy.Rule("models", "models/*/*", TestPolicy.Known)));
        }

        using (var store = ResourceStore.Open(folder["broker"]))
        {
            store.Put(Model, Secret);
            store.Put(NoRule, Secret);
        }

        var log = new LogCapture();
        var loggers = LoggerFactory.Create(logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace));
        var options = new BrokerOptions { Folder = folder["broker"], PolicyFile = folder["policy.json"] };
        var host = await BrokerHost.StartAsync(configure?.Invoke(options) ?? options, loggers, time ?? TimeProvider.System, CancellationToken.None);
        return new RunningBroker(folder, ownsFolder, host, loggers, log);
    }

    /// <summary>The project's own client with a claimed measurement.</summary>
    public IKeySource Client(string? measurement = null) => Client(Host.Address, measurement);

    public static IKeySource Client(Uri address, string? measurement = null) => new BrokerKeySource(
        address,
        certificateFile: null,
        new InsecureSimulatedEvidenceSource(measurement ?? TestPolicy.Known),
        KeySourceTiming.Broker with { FirstDelay = TimeSpan.FromMilliseconds(5) },
        TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        Wire.Dispose();
        await Host.DisposeAsync();
        loggers.Dispose();
        if (ownsFolder)
        {
            Folder.Dispose();
        }
    }
}
