using System.Diagnostics;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using TrustedServe.Functions.Settings;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Queue;

/// <summary>Carries one message to one of its ends: done, tried again later, given up, or handed back.</summary>
/// <remarks>
/// 1. While the job runs, its message is kept invisible.
/// 2. Done: the message is deleted. If it was lost in between, its next receiver finds the result in place.
/// 3. The process stops: the message is made visible at once. That is no failed try, so on its last one it is replaced by a fresh copy.
/// 4. Lost to another receiver: the job stops and the message is left alone.
/// 5. Failed: visible again after a pause that doubles with every try; after the last try to the poison queue, and only then deleted.
/// </remarks>
internal sealed class MessageHandler(QueueClient queue, QueueClient poison, BatchJob job, QueueOptions options, QueueHostSettings host, JobRegistry jobs, TimeProvider time, ILogger logger)
{
    // Settling must not outlast the pod's grace period when the store hangs.
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);
    private static readonly TimeSpan Never = TimeSpan.FromSeconds(-1);

    /// <summary>Handles a message that was received no earlier than <paramref name="receivedAfter"/>; never throws.</summary>
    public async Task HandleAsync(QueueMessage message, DateTimeOffset receivedAfter, CancellationToken stopping)
    {
        await using var lease = new MessageLease(queue, message, receivedAfter, host.VisibilityTimeout, time, logger); // 1
        var failure = await RunAsync(message, lease.Lost, stopping);
        if (!await lease.StopAsync())
        {
            return; // 4
        }

        using var limit = new CancellationTokenSource(SettleLimit, time);
        try
        {
            await (failure switch
            {
                null => lease.DeleteAsync(limit.Token), // 2
                { Error: var error } when error == TsfErrors.Cancelled && stopping.IsCancellationRequested => HandBackAsync(lease, limit.Token), // 3
                _ => FailAsync(lease, failure, limit.Token), // 5
            });
        }
        catch (Exception unsettled) when (StorageErrors.IsStorage(unsettled) || unsettled is OperationCanceledException)
        {
            QueueLog.NotSettled(logger, message.MessageId, StorageErrors.Status(unsettled), StorageErrors.Code(unsettled));
        }
    }

    private async Task<TsfException?> RunAsync(QueueMessage message, CancellationToken lost, CancellationToken stopping)
    {
        if (message.DequeueCount > host.MaxDequeueCount)
        {
            return TsfErrors.JobAbandoned.With($"The message was delivered {message.DequeueCount - 1} times before and never came to an end.");
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(lost, stopping);
        try
        {
            await job.RunAsync(JobMessage.Parse(message.Body, options.MaxMessageBytes), $"{message.MessageId}:{message.DequeueCount}", message.DequeueCount, either.Token);
            return null;
        }
        catch (Exception) when (either.IsCancellationRequested)
        {
            // Whatever the work in hand made of being stopped.
            return TsfErrors.Cancelled.With("The job was stopped.");
        }
        catch (TsfException failed)
        {
            return failed;
        }
        catch (Exception unforeseen)
        {
            // The text of an exception of someone else's may quote a row: type and place must do.
            QueueLog.Unforeseen(logger, message.MessageId, unforeseen.GetType().FullName, new StackTrace(unforeseen).ToString());
            return TsfErrors.Internal.With($"The job ended with an unforeseen {unforeseen.GetType().Name}.", unforeseen);
        }
    }

    private async Task<bool> HandBackAsync(MessageLease lease, CancellationToken cancellationToken)
    {
        var message = lease.Message;
        QueueLog.HandedBack(logger, message.MessageId);
        if (message.DequeueCount < host.MaxDequeueCount)
        {
            return await lease.ReleaseAsync(TimeSpan.Zero, cancellationToken);
        }

        // Sent before the old one is deleted: ended in between, there are two, and the second finds the result in place.
        await queue.SendMessageAsync(message.MessageText, timeToLive: Never, cancellationToken: cancellationToken);
        return await lease.DeleteAsync(cancellationToken);
    }

    private async Task<bool> FailAsync(MessageLease lease, TsfException failure, CancellationToken cancellationToken)
    {
        var message = lease.Message;
        QueueLog.TryFailed(logger, message.MessageId, message.DequeueCount, failure.Code, failure.Message);
        jobs.CountFailedTry();
        if (message.DequeueCount < host.MaxDequeueCount)
        {
            var delay = TimeSpan.FromSeconds(Math.Min(options.RetryDelaySeconds * Math.Pow(2, message.DequeueCount - 1), LongestDelay.TotalSeconds));
            return await lease.ReleaseAsync(delay, cancellationToken);
        }

        await poison.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        var given = PoisonMessage.Write(message.MessageText, failure, message.DequeueCount, time.GetUtcNow());
        await poison.SendMessageAsync(given, timeToLive: Never, cancellationToken: cancellationToken);
        QueueLog.Poisoned(logger, message.MessageId, message.DequeueCount, poison.Name, failure.Code);
        jobs.CountPoisoned();
        return await lease.DeleteAsync(cancellationToken);
    }
}
