using System.Text.Json;
using TrustedServe.Benchmarks.Bert;
using TrustedServe.Cli.Hosting;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Testing;

namespace TrustedServe.Benchmarks.Serving;

/// <summary>What the measurements of one run share: a place to work in, models that are made once, how long to measure.</summary>
internal sealed class BenchContext(int rounds, bool quick) : IDisposable
{
    private const ulong Seed = 20;
    private readonly TemporaryDirectory work = new();
    private readonly Dictionary<string, BenchModel> models = new(StringComparer.Ordinal);
    private (ServiceProcess Process, Uri Address)? broker;

    /// <summary>Interleaved rounds.</summary>
    public int Rounds { get; } = rounds;

    /// <summary>Smaller shapes and shorter rounds: to see that everything runs, not to judge.</summary>
    public bool Quick { get; } = quick;

    /// <summary>What stands for BERT-Large.</summary>
    public BertShape Large => Quick ? BertShape.Base with { Layers = 3, Name = "bert-base-3-layers" } : BertShape.Large;

    /// <summary>The six-layer MiniLM.</summary>
    public BertShape MiniLm => BertShape.MiniLm;

    /// <summary>A round of a model that takes half a second for a sequence.</summary>
    public TimeSpan LargeRound => TimeSpan.FromSeconds(Quick ? 3 : 12);

    /// <summary>A round of others.</summary>
    public TimeSpan SmallRound => TimeSpan.FromSeconds(Quick ? 1.5 : 5);

    /// <summary>What a server gets to settle before its rate is measured: with a small model it takes some twenty seconds until all hot code is compiled for good.</summary>
    public TimeSpan Settling => TimeSpan.FromSeconds(Quick ? 1.5 : 25);

    /// <summary>Lanes of a worker that has this machine for itself.</summary>
    public int Lanes => Environment.ProcessorCount;

    /// <summary>A path in the place to work in.</summary>
    public string this[string name] => work[name];

    /// <summary>A generated BERT as its publisher would ship it: fused ahead of time, sealed.</summary>
    public async Task<BenchModel> BertAsync(BertShape shape, ModelTask task, CancellationToken cancellationToken)
    {
        var named = shape with { Name = $"{shape.Name}-{(task == ModelTask.TextClassification ? "text" : "tensor")}" };
        return await OnceAsync(named.Name, async () =>
        {
            var (source, samples) = (work[named.Name, "source"], work[named.Name, "samples.jsonl"]);
            await BertPackage.WriteAsync(named, Seed, task, source, cancellationToken);
            await File.WriteAllLinesAsync(samples, BertSamples.Lines(named, task), cancellationToken);
            await RunAsync("model", "optimize", source, "--output", work[named.Name, "package"], "--precision", "fp32", "--samples", samples);
            return await SealAsync(named.Name, named, source, samples);
        });
    }

    /// <summary>One of the sample models, sealed.</summary>
    public Task<BenchModel> SampleAsync(string name, string task, params string[] more) => OnceAsync(name, async () =>
    {
        Directory.CreateDirectory(work[name]);
        await RunAsync(["model", "pack", Path.Combine(Repository.Samples, name, "model.onnx"), "--name", name, "--task", task, "--labels", Path.Combine(Repository.Samples, name, "labels.txt"), "--warmup", Path.Combine(Repository.Samples, name, "heldout.jsonl"), "--out", work[name, "package"], .. more]);
        return await SealAsync(name, null, work[name, "package"], null);
    });

    /// <summary>The same model in INT8, sealed.</summary>
    /// <param name="model">In FP32.</param>
    /// <param name="alone">Whether its package wants each request computed alone.</param>
    public Task<BenchModel> Int8Async(BenchModel model, bool alone = false)
    {
        var name = model.Name + (alone ? ".int8-alone" : ".int8");
        return OnceAsync(name, async () =>
        {
            Directory.CreateDirectory(work[name]);
            string[] samples = model.Samples is { } file ? ["--samples", file] : [];
            string[] merge = alone ? ["--merge", "false"] : [];
            await RunAsync(["model", "optimize", model.Source, "--output", work[name, "package"], "--min-agreement", "0", .. samples, .. merge]);
            return await SealAsync(name, model.Shape, model.Source, model.Samples);
        });
    }

    /// <summary>A key for the front end's callers.</summary>
    public async Task<string> ApiKeyAsync(string file)
    {
        using var answer = JsonDocument.Parse(await RunAsync("api-key", "create", "bench", "--file", file, "--model", "*", "--json"));
        return answer.RootElement.EnumerateObject().First(member => member.Name.Equals("key", StringComparison.OrdinalIgnoreCase)).Value.GetString()!;
    }

    /// <summary>How a stack is started here: at a broker that runs through all measurements, as in a cluster.</summary>
    public async Task<LocalStackOptions> StackAsync(BenchModel model, Dictionary<string, string> settings, Dictionary<string, string> secrets, CancellationToken cancellationToken) => new()
    {
        Models = model.Store,
        Broker = await BrokerAsync(cancellationToken),
        BrokerFolder = work["home", "broker"],
        InsecureSimulatedEvidence = true,
        Listen = "http://127.0.0.1:0",
        HealthListen = "http://127.0.0.1:0",
        Settings = settings,
        SecretSettings = secrets,
    };

    /// <summary>Runs the command line.</summary>
    /// <exception cref="InvalidOperationException">With all that it printed.</exception>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var (exitCode, output) = await TrustedServeCommand.RunAsync(work.Path, work["home"], arguments);
        return exitCode == 0 ? output : throw new InvalidOperationException($"trustedserve {string.Join(' ', arguments)}:\n{output}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        broker?.Process.DisposeAsync().AsTask().GetAwaiter().GetResult();
        work.Dispose();
    }

    private async Task<Uri> BrokerAsync(CancellationToken cancellationToken)
    {
        if (broker is null)
        {
            var policy = work["home", "broker", "insecure-local-policy.json"];
            EmbeddedBroker.WriteInsecureLocalPolicy(policy);
            broker = await EmbeddedBroker.StartAsync(work["home", "broker"], policy, [], cancellationToken);
        }

        return broker.Value.Address;
    }

    private async Task<BenchModel> SealAsync(string folder, BertShape? shape, string source, string? samples)
    {
        var package = work[folder, "package"];
        var key = $"kbs:///bench/key/{folder}";
        await RunAsync("key", "create", key, "--package", package);
        await RunAsync("model", "seal", package, "--key", key, "--to", work[folder, "store"]);
        var manifest = Manifest.Parse(await File.ReadAllBytesAsync(Path.Combine(package, "manifest.json")));

        // Where a plain worker finds it by its name.
        Directory.CreateDirectory(work[folder, "plain"]);
        Directory.CreateSymbolicLink(work[folder, "plain", manifest.Name], package);
        return new BenchModel(manifest.Name, shape, package, work[folder, "store"], source, samples);
    }

    private async Task<BenchModel> OnceAsync(string name, Func<Task<BenchModel>> make)
    {
        if (!models.TryGetValue(name, out var model))
        {
            models[name] = model = await make();
        }

        return model;
    }
}
