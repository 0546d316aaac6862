using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Spectre.Console;
using TrustedServe.Cli.Hosting;
using TrustedServe.Testing;

namespace TrustedServe.Cli.Demo;

/// <summary>The storage emulator that gives the demonstration its queue and its blobs.</summary>
internal sealed class QueueService : IAsyncDisposable
{
    /// <summary>Name of the queue.</summary>
    public const string QueueName = "scoring";

    /// <summary>Container of the rows that go in.</summary>
    public const string InputContainer = "rows-in";

    /// <summary>Container of the results.</summary>
    public const string OutputContainer = "rows-out";

    private readonly Azurite azurite;

    private QueueService(Azurite azurite) => this.azurite = azurite;

    /// <summary>The queue.</summary>
    public QueueClient Queue => new(azurite.ConnectionString, QueueName);

    /// <summary>What the storage clients take.</summary>
    public string ConnectionString => azurite.ConnectionString;

    /// <summary>The blobs.</summary>
    public BlobServiceClient Blobs => new(azurite.ConnectionString);

    /// <summary>Installs and starts the emulator; null, with the reason printed, where that cannot be.</summary>
    public static async Task<QueueService?> TryStartAsync(CancellationToken cancellationToken)
    {
        if (Programs.Clone is not { } clone)
        {
            AnsiConsole.MarkupLine("[yellow]![/] The queue step needs the clone's tests/azurite folder and is left out.");
            return null;
        }

        try
        {
            var service = new QueueService(await Azurite.StartAsync(Path.Combine(clone, "tests", "azurite"), cancellationToken));
            await service.Queue.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            await service.Blobs.GetBlobContainerClient(InputContainer).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            await service.Blobs.GetBlobContainerClient(OutputContainer).CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            return service;
        }
        catch (AzuriteUnavailable exception)
        {
            AnsiConsole.MarkupLine($"[yellow]![/] The queue step is left out: {exception.Message.EscapeMarkup()}");
            return null;
        }
    }

    /// <summary>Adds the settings that make a front end take messages from here.</summary>
    public void Configure(Dictionary<string, string> settings, Dictionary<string, string> secrets)
    {
        settings["Queue:Name"] = QueueName;
        settings["Queue:AllowedInputContainers:0"] = InputContainer;
        settings["Queue:AllowedOutputContainers:0"] = OutputContainer;
        secrets["Queue:ConnectionString"] = azurite.ConnectionString;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => azurite.DisposeAsync();
}
