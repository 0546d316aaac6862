using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using TrustedServe.Attestation.Modes;
using TrustedServe.Functions.Supervision;
using TrustedServe.Functions.Tests.Queue;
using TrustedServe.Packaging.Stores;
using TrustedServe.Testing;
using CommandLine = TrustedServe.Functions.Settings.CommandLine;

namespace TrustedServe.Functions.Tests.Hosting;

/// <summary>The real front end in this process, on real sockets, with real processes of the worker double behind it.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory directory;
    private readonly FunctionsHost host;

    private TestHost(TemporaryDirectory directory, FunctionsHost host, LogRecorder log)
    {
        (this.directory, this.host, Log) = (directory, host, log);
        Client = new HttpClient { BaseAddress = host.HttpAddress, Timeout = Limit };
        Health = new HttpClient { BaseAddress = host.HealthAddress, Timeout = Limit };
    }

    public HttpClient Client { get; }

    public HttpClient Health { get; }

    public LogRecorder Log { get; }

    public IServiceProvider Services => host.Services;

    public WorkerFleet Fleet => host.Services.GetService(typeof(WorkerFleet)) as WorkerFleet ?? throw new InvalidOperationException();

    /// <summary>Where the double leaves a trace of each of its starts.</summary>
    public string StoreDirectory => directory.Path;

    /// <summary>Starts without waiting for models. A model may be written <c>name@version</c>; the first of a name is its default.</summary>
    public static Task<TestHost> StartAsync(string[] models, params string[] arguments) => StartAsync(new PlacedMachine([2]), models, arguments);

    /// <summary>Starts on a machine that is not at hand, without waiting for models.</summary>
    public static Task<TestHost> StartOnAsync(PlacedMachine machine, string[] models, params string[] arguments) => StartAsync(machine, models, arguments);

    /// <summary>Starts on a machine that is not at hand and waits until every model answers from every node.</summary>
    public static async Task<TestHost> ReadyOnAsync(PlacedMachine machine, string[] models, params string[] arguments)
    {
        var host = await StartAsync(machine, models, arguments);
        await host.UntilAsync(() => models.All(model => host.Fleet.Find(model)!.Values.All(workers => workers.Workers.All(worker => worker.State is WorkerState.Ready))));
        return host;
    }

    private static async Task<TestHost> StartAsync(PlacedMachine machine, string[] models, string[] arguments)
    {
        var directory = new TemporaryDirectory();
        var entries = models.Select(model => model.Split('@')).Select((parts, index) => new StoreEntry(
            parts[0], parts.ElementAtOrDefault(1) ?? "1", "x", models.Take(index).All(other => other.Split('@')[0] != parts[0]))).ToList();
        var log = new LogRecorder();
        var seams = new HostSeams
        {
            Mode = () => TrustMode.Development,
            OpenStore = options => new FakeStore(options.Store, entries),
            Placement = machine.Placement,
            Environment = [],
            Logging = logging => logging.AddProvider(log).AddFilter("Microsoft", LogLevel.Warning),
        };
        var commandLine = CommandLine.Parse(
        [
            $"--TrustedServe:Models:Store={directory.Path}",
            "--TrustedServe:Http:Listen=http://127.0.0.1:0",
            "--TrustedServe:Health:Listen=http://127.0.0.1:0",
            "--TrustedServe:Trust:Broker=http://127.0.0.1:1",
            $"--TrustedServe:Worker:Executable={Repository.Executable("tests", "TrustedServe.WorkerDouble")}",
            .. arguments,
        ]);
        var host = await FunctionsHost.BuildAsync(commandLine, seams);
        await host.StartAsync();
        return new TestHost(directory, host, log);
    }

    /// <summary>Starts and waits until every model answers.</summary>
    public static async Task<TestHost> ReadyAsync(string[] models, params string[] arguments)
    {
        var host = await StartAsync(models, arguments);
        await host.UntilAsync(() => host.Fleet.IsReady);
        return host;
    }

    /// <summary>Waits for something to come true.</summary>
    public Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    /// <summary>Waits for something to come true.</summary>
    public async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await condition())
        {
            await Task.Delay(20, limit.Token);
        }
    }

    /// <summary>The figures, once every request that was answered is counted: that comes after its answer.</summary>
    public async Task<string> MetricsAsync()
    {
        await UntilAsync(async () => (await Health.GetStringAsync("/metrics")).Contains("trustedserve_http_requests_in_flight 0\n", StringComparison.Ordinal));
        return await Health.GetStringAsync("/metrics");
    }

    /// <summary>Posts JSON text.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, string json, string? contentType = "application/json") =>
        PostAsync(path, Encoding.UTF8.GetBytes(json), contentType);

    /// <summary>Posts bytes.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, byte[] body, string? contentType)
    {
        var content = new ByteArrayContent(body);
        if (contentType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        return Client.PostAsync(path, content);
    }

    /// <summary>Posts JSON and takes the answer's, which must be a good one.</summary>
    public async Task<JsonElement> AskAsync(string path, string json, string? contentType = "application/json")
    {
        using var response = await PostAsync(path, json, contentType);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>How many times the worker of a model was started.</summary>
    public int Starts(string model, string version = "1") => Directory.GetFiles(StoreDirectory, $"{model}.{version}.start-*").Length;

    /// <summary>Process ids of all workers that were ever started.</summary>
    public IReadOnlyList<int> Processes() => [.. Directory.GetFiles(StoreDirectory, "*.start-*").Select(file => int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture))];

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        Health.Dispose();
        await host.StopAsync();
        await host.DisposeAsync();
        directory.Dispose();
    }
}
