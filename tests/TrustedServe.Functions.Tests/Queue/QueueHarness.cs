using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TrustedServe.Attestation.Keys;
using TrustedServe.Functions.Inference;
using TrustedServe.Functions.Queue;
using TrustedServe.Functions.Settings;
using TrustedServe.Testing;

namespace TrustedServe.Functions.Tests.Queue;

/// <summary>A queue, containers and a trigger of a test's own, in the emulator.</summary>
internal sealed class QueueHarness : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Azurite azurite;
    private IHost? host;

    private QueueHarness(Azurite azurite)
    {
        this.azurite = azurite;
        Name = "q" + Guid.NewGuid().ToString("N")[..12];
        Queue = new QueueClient(azurite.ConnectionString, Name);
        Poison = new QueueClient(azurite.ConnectionString, Name + "-poison");
        In = new BlobContainerClient(azurite.ConnectionString, Name + "-in");
        Out = new BlobContainerClient(azurite.ConnectionString, Name + "-out");
        Settings = new Dictionary<string, string?>
        {
            ["Name"] = Name,
            ["ConnectionString"] = azurite.ConnectionString,
            ["AllowedInputContainers:0"] = In.Name,
            ["AllowedOutputContainers:0"] = Out.Name,
            ["PollMinSeconds"] = "0.05",
            ["PollMaxSeconds"] = "0.2",
            ["RetryDelaySeconds"] = "0",
            ["BusyLimitSeconds"] = "20",
            ["InsecurePlaintextRows"] = "true",
        };
    }

    public string Name { get; }

    public QueueClient Queue { get; }

    public QueueClient Poison { get; }

    public BlobContainerClient In { get; }

    public BlobContainerClient Out { get; }

    public Dictionary<string, string?> Settings { get; }

    public QueueHostSettings Host { get; set; } = new();

    public EchoGateway Gateway { get; set; } = new();

    public MemoryKeySource Keys { get; } = new();

    public LogRecorder Log { get; } = new();

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public JobRegistry Jobs => host!.Services.GetRequiredService<JobRegistry>();

    public static async Task<QueueHarness> CreateAsync(AzuriteFixture fixture, TimeProvider? time = null)
    {
        var harness = new QueueHarness(await fixture.GetAsync()) { Time = time ?? TimeProvider.System };
        await harness.Queue.CreateAsync();
        await harness.In.CreateAsync();
        await harness.Out.CreateAsync();
        return harness;
    }

    /// <summary>The trigger's options out of settings below its section.</summary>
    public static QueueOptions ReadOptions(IEnumerable<KeyValuePair<string, string?>> settings, QueueHostSettings host)
    {
        var reader = new SettingsReader([new SettingsSource("test", settings.ToDictionary(pair => $"Queue:{pair.Key}", pair => pair.Value, StringComparer.OrdinalIgnoreCase))]);
        var options = QueueOptionsReader.Read(reader, host);
        reader.ReportUnknown();
        reader.ThrowIfAny();
        return options;
    }

    /// <summary>Starts the trigger; a harness may start one after another.</summary>
    public async Task StartAsync()
    {
        var builder = new HostApplicationBuilder();
        builder.Logging.ClearProviders().AddProvider(Log);
        builder.Services.AddSingleton<IInferenceGateway>(Gateway);
        builder.Services.AddSingleton<IKeySource>(Keys);
        builder.Services.AddSingleton(Time);
        builder.Services.AddQueueTrigger(ReadOptions(Settings, Host), Host);
        host = builder.Build();
        await host.StartAsync();
    }

    public async Task StopAsync()
    {
        if (host is not null)
        {
            await host.StopAsync();
            host.Dispose();
            host = null;
        }
    }

    public string Job(string id = "job-1", string input = "rows.jsonl", string output = "result.jsonl", string model = "echo") =>
        $$"""{"id":"{{id}}","model":"{{model}}","input":"{{In.Name}}/{{input}}","output":"{{Out.Name}}/{{output}}","format":"jsonl"}""";

    public Task UploadAsync(string content, string blob = "rows.jsonl") => In.GetBlobClient(blob).UploadAsync(BinaryData.FromString(content), overwrite: true);

    /// <summary>The lines of a result, once it is there.</summary>
    public async Task<List<JsonElement>> ResultAsync(string blob = "result.jsonl")
    {
        await UntilAsync(async () => await Out.GetBlobClient(blob).ExistsAsync());
        var content = (await Out.GetBlobClient(blob).DownloadContentAsync()).Value.Content.ToMemory();
        return Lines(content.Span);
    }

    public static List<JsonElement> Lines(ReadOnlySpan<byte> content)
    {
        Assert.True(content.IsEmpty || content[^1] == '\n');
        return [.. Encoding.UTF8.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
    }

    /// <summary>The poison message, once it is there.</summary>
    public async Task<JsonElement> PoisonAsync()
    {
        JsonElement? found = null;
        await UntilAsync(async () =>
        {
            if (await Poison.ExistsAsync() && (await Poison.PeekMessageAsync()).Value is { } message)
            {
                found = JsonElement.Parse(message.MessageText);
            }

            return found is not null;
        });
        await EmptyAsync();
        return found!.Value;
    }

    /// <summary>Waits until no message is left, visible or not.</summary>
    public Task EmptyAsync() => UntilAsync(async () => (await Queue.GetPropertiesAsync()).Value.ApproximateMessagesCount == 0);

    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            await Task.Delay(50, limit.Token);
        }
    }

    public async Task<bool> NothingWrittenAsync()
    {
        await foreach (var _ in Out.GetBlobsAsync())
        {
            return false;
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await In.DeleteIfExistsAsync();
        await Out.DeleteIfExistsAsync();
        await Queue.DeleteIfExistsAsync();
        await Poison.DeleteIfExistsAsync();
    }
}
