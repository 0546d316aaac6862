using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using TrustedServe.Attestation.Evidence;
using TrustedServe.KeyBroker.Hosting;
using TrustedServe.KeyBroker.Resources;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Packages;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Secrets;
using TrustedServe.Testing;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Processes;

/// <summary>The samples sealed in a store, and a broker that releases their keys to this build of the worker alone.</summary>
public class SealedStore : IAsyncLifetime
{
    /// <summary>The language model again, as one that cuts texts over its limit.</summary>
    internal const string CuttingModel = "langid-cutting";

    /// <summary>A model whose graph has an operator that no engine has, sealed without a look at it, as whoever holds the key could.</summary>
    internal const string HostileModel = "hostile";

    private readonly TemporaryDirectory directory = new();
    private BrokerHost? broker;

    internal static string WorkerExecutable { get; } = Repository.Executable("worker", "TrustedServe.Worker");

    internal string StorePath => directory["store"];

    internal Uri Broker => broker!.Address;

    internal string PolicyFile => directory["policy.json"];

    public async ValueTask InitializeAsync()
    {
        using var resources = ResourceStore.Open(directory["broker"]);
        foreach (var (draft, folder) in Models(directory["models"]))
        {
            await AddAsync(draft, folder, resources);
        }

        await AllowAsync(ProgramMeasurement.Of(Path.GetDirectoryName(WorkerExecutable)!));
        broker = await StartBrokerAsync(new Uri("http://127.0.0.1:0"));
    }

    public async ValueTask DisposeAsync()
    {
        await StopBrokerAsync();
        directory.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts another broker over the same keys.</summary>
    internal Task<BrokerHost> StartBrokerAsync(Uri listen) => BrokerHost.StartAsync(
        new BrokerOptions { Folder = directory["broker"], PolicyFile = PolicyFile, Listen = listen }, NullLoggerFactory.Instance, TimeProvider.System, CancellationToken.None);

    /// <summary>Ends the broker for good.</summary>
    internal async Task StopBrokerAsync()
    {
        if (broker is not null)
        {
            await broker.DisposeAsync();
            broker = null;
        }
    }

    /// <summary>Makes the policy one that releases to this measurement alone.</summary>
    internal Task AllowAsync(string measurement) => File.WriteAllTextAsync(PolicyFile, $$"""
        { "formatVersion": 1, "rules": [ { "name": "worker", "resources": ["default/model-key/*"], "insecure_simulated": true, "measurements": ["{{measurement}}"] } ] }
        """);

    private protected virtual IEnumerable<(Manifest Draft, string Folder)> Models(string scratch) =>
    [
        (SampleModels.DigitsManifest(), SampleModels.Digits),
        (SampleModels.LangidManifest(), SampleModels.Langid),
        (SampleModels.LangidManifest(truncate: true) with { Name = CuttingModel }, SampleModels.Langid),
        (SampleModels.DigitsManifest() with { Name = HostileModel }, WriteHostile(scratch)),
    ];

    private static string WriteHostile(string directory)
    {
        Directory.CreateDirectory(directory);
        foreach (var file in Directory.EnumerateFiles(SampleModels.Digits))
        {
            File.Copy(file, Path.Combine(directory, Path.GetFileName(file)));
        }

        var graph = Path.Combine(directory, SampleModels.DigitsManifest().Graph);
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(graph));
        model.Graph.Node[^1].OpType = "Hostile";
        File.WriteAllBytes(graph, model.ToByteArray());
        return directory;
    }

    private async Task AddAsync(Manifest draft, string sample, ResourceStore resources)
    {
        var package = directory["packages", draft.Name];
        Directory.CreateDirectory(package);
        foreach (var file in Directory.EnumerateFiles(sample).Where(file => !file.EndsWith(".jsonl", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(package, Path.GetFileName(file)));
        }

        var written = PackageWriter.WriteManifest(package, draft, threads: 1, CancellationToken.None);
        using var record = new KeyRecord
        {
            Key = SecretBuffer.Random(32),
            Purpose = KeyPurpose.Model,
            Model = draft.Name,
            ManifestDigest = written.ManifestDigest,
            LowestVersion = draft.Version,
        };
        var id = KeyId.Parse($"kbs:///default/model-key/{draft.Name}");
        using (var bytes = record.ToUtf8())
        {
            resources.Put(id, bytes.Span);
        }

        var output = directory[$"{draft.Name}.tsf"];
        await PackageSealer.SealAsync(new SealRequest { Package = package, Output = output, KeyId = id, Record = record }, CancellationToken.None);
        Directory.CreateDirectory(StorePath);
        await ModelStores.Open(StorePath).AddAsync(output, makeDefault: true, CancellationToken.None);
    }
}
