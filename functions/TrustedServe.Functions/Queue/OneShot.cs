using Azure.Storage.Queues.Models;
using TrustedServe.Functions.Draining;
using TrustedServe.Functions.Settings;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Queue;

/// <summary>One message and no more (<c>--once</c>), for a job that is started for each.</summary>
internal sealed class OneShot(QueueOptions options, QueueHostSettings host, TimeProvider time)
{
    private readonly StorageClients storage = new(options);
    private QueueMessage? message;
    private DateTimeOffset asked;

    /// <summary>The model and version that the message asks for: no other needs a worker. Null when the message is not a job.</summary>
    public (string Model, string? Version)? Wanted { get; private set; }

    /// <summary>Takes a message, before anything else is started.</summary>
    /// <returns>False when the queue is empty.</returns>
    /// <exception cref="TsfException">TSF6009 when the queue cannot be read.</exception>
    public async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        asked = time.GetUtcNow();
        try
        {
            message = await storage.Queues.GetQueueClient(options.Name).ReceiveMessageAsync(host.VisibilityTimeout, cancellationToken);
        }
        catch (Exception failed) when (StorageErrors.IsStorage(failed))
        {
            throw StorageErrors.Translate(failed);
        }

        if (message is null)
        {
            return false;
        }

        try
        {
            var job = JobMessage.Parse(message.Body, options.MaxMessageBytes);
            Wanted = (job.Model, job.Version);
        }
        catch (TsfException malformed) when (malformed.Error == TsfErrors.MalformedJob)
        {
            Wanted = null;
        }

        return true;
    }

    /// <summary>Carries the message to its end.</summary>
    public async Task<MessageEnd> FinishAsync(IServiceProvider services)
    {
        var drain = services.GetRequiredService<Drain>();
        long inHand = 1;
        drain.Watch(() => Interlocked.Read(ref inHand));
        try
        {
            return await Handler(services).HandleAsync(message!, asked, drain.Cut);
        }
        finally
        {
            Interlocked.Exchange(ref inHand, 0);
        }
    }

    /// <summary>Gives the message back, no try counted: the host could not be started.</summary>
    public Task<MessageEnd> HandBackAsync(IServiceProvider services) =>
        Handler(services).HandleAsync(message!, asked, new CancellationToken(canceled: true));

    private MessageHandler Handler(IServiceProvider services) => ActivatorUtilities.CreateInstance<MessageHandler>(
        services,
        storage.Queues.GetQueueClient(options.Name),
        storage.Queues.GetQueueClient(options.Name + QueueOptions.PoisonSuffix));
}
