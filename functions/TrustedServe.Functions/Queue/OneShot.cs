using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using TrustedServe.Functions.Draining;
using TrustedServe.Functions.Settings;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Queue;

/// <summary>One message and no more (<c>--once</c>), for a job that is started for each.</summary>
internal sealed class OneShot(QueueOptions options, QueueHostSettings host, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan HandBackLimit = TimeSpan.FromSeconds(10);

    private readonly QueueServiceClient queues = new StorageClients(options).Queues;
    private MessageLease? lease;
    private int handedBack;

    /// <summary>The model and version that the message asks for: no other needs a worker. Null when the message is not a job.</summary>
    public (string Model, string? Version)? Wanted { get; private set; }

    /// <summary>Takes a message, before anything else is started, and keeps it invisible from then on.</summary>
    /// <returns>False when the queue is empty.</returns>
    /// <exception cref="TsfException">TSF6009 when the queue cannot be read.</exception>
    /// <exception cref="OperationCanceledException">The queue did not answer before it was cancelled.</exception>
    public async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        var queue = queues.GetQueueClient(options.Name);
        var asked = time.GetTimestamp();
        QueueMessage? message;
        try
        {
            message = await queue.ReceiveMessageAsync(host.VisibilityTimeout, cancellationToken);
        }
        catch (Exception failed)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw StorageErrors.Translate(failed);
        }

        if (message is null)
        {
            return false;
        }

        lease = new MessageLease(queue, message, asked, host.VisibilityTimeout, time, logger);
        try
        {
            var job = JobMessage.Parse(message.Body, options.MaxMessageBytes);
            (Wanted, handedBack) = ((job.Model, job.Version), job.HandedBack);
        }
        catch (TsfException malformed) when (malformed.Error == TsfErrors.MalformedJob)
        {
            // Whoever handles it finds that out again, and counts the try.
            Wanted = null;
        }

        return true;
    }

    /// <summary>Carries the message to its end.</summary>
    public async Task<MessageEnd> FinishAsync(IServiceProvider services)
    {
        var drain = services.GetRequiredService<Drain>();
        var handler = ActivatorUtilities.CreateInstance<MessageHandler>(
            services,
            queues.GetQueueClient(options.Name),
            queues.GetQueueClient(options.Name + QueueOptions.PoisonSuffix));
        long inHand = 1;
        drain.Watch(() => Interlocked.Read(ref inHand));
        try
        {
            return await handler.HandleAsync(lease!, drain.Cut);
        }
        finally
        {
            Interlocked.Exchange(ref inHand, 0);
        }
    }

    /// <summary>Gives the message back, no try counted: nothing was begun that could finish it. Never throws.</summary>
    public async Task HandBackAsync()
    {
        if (!await lease!.StopAsync())
        {
            return;
        }

        using var limit = new CancellationTokenSource(HandBackLimit, time);
        var message = lease.Message;
        try
        {
            await lease.ReleaseAsync(HandedBack.With(message.MessageText, handedBack + 1, options.MaxMessageBytes), limit.Token);
            QueueLog.HandedBack(logger, message.MessageId);
        }
        catch (Exception unsettled)
        {
            QueueLog.NotSettled(logger, message.MessageId, StorageErrors.Status(unsettled), StorageErrors.Code(unsettled));
        }
    }

    /// <summary>Ends the renewal of the message's visibility.</summary>
    public ValueTask DisposeAsync() => lease?.DisposeAsync() ?? ValueTask.CompletedTask;
}
