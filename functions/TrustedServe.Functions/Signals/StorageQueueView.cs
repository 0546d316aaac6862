using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using TrustedServe.Functions.Queue;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Signals;

/// <summary>The queue of the configured account.</summary>
internal sealed class StorageQueueView(StorageClients storage, QueueOptions options) : IQueueView
{
    private readonly QueueClient queue = storage.Queues.GetQueueClient(options.Name);

    /// <inheritdoc/>
    public async Task<QueueLook> LookAsync(CancellationToken cancellationToken)
    {
        // Messages first: what is taken in between is still counted, as a message in hand.
        PeekedMessage[] first = await queue.PeekMessagesAsync(QueueLook.MostSeen, cancellationToken);
        QueueProperties properties = await queue.GetPropertiesAsync(cancellationToken);
        return new QueueLook(properties.ApproximateMessagesCountLong, [.. first.Select(message => new SeenMessage(message.MessageId, Parse(message)))], KeptIn(properties));
    }

    /// <inheritdoc/>
    public async Task<InputSize?> SizeAsync(BlobName input, CancellationToken cancellationToken)
    {
        try
        {
            ContainerRule.Demand(options.AllowedInputContainers, input, "input");
            BlobProperties found = await storage.Blobs.GetBlobContainerClient(input.Container).GetBlobClient(input.Blob).GetPropertiesAsync(cancellationToken: cancellationToken);
            return InputSize.Of(found.ContentLength, found.Metadata);
        }
        catch (TsfException forbidden) when (forbidden.Error == TsfErrors.ForbiddenContainer)
        {
            return null;
        }
        catch (RequestFailedException absent) when (absent.Status == 404)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<string?> ReadKeptAsync(CancellationToken cancellationToken) => KeptIn((await queue.GetPropertiesAsync(cancellationToken)).Value);

    /// <inheritdoc/>
    public async Task KeepAsync(string text, CancellationToken cancellationToken)
    {
        // Metadata is written as a whole: what others keep there stays.
        QueueProperties properties = await queue.GetPropertiesAsync(cancellationToken);
        var metadata = new Dictionary<string, string>(properties.Metadata) { [KeptWork.Key] = text };
        await queue.SetMetadataAsync(metadata, cancellationToken);
    }

    private static string? KeptIn(QueueProperties properties) => properties.Metadata.TryGetValue(KeptWork.Key, out var text) ? text : null;

    private JobMessage? Parse(PeekedMessage message)
    {
        try
        {
            return JobMessage.Parse(message.Body, options.MaxMessageBytes);
        }
        catch (TsfException malformed) when (malformed.Error == TsfErrors.MalformedJob)
        {
            return null;
        }
    }
}
