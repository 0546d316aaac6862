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
/// 3. The process stops: the message is made visible at once. That is no failed try, and the message is made to say so (<see cref="HandedBack"/>).
/// 4. Lost to another receiver: the job stops and the message is left alone.
/// 5. Failed: visible again after a pause that doubles with every try; after the last try to the poison queue, and only then deleted.
/// </remarks>
internal sealed class MessageHandler(QueueClient queue, QueueClient poison, BatchJob job, QueueOptions options, QueueHostSettings host, JobRegistry jobs, TimeProvider time, ILogger<MessageHandler> logger)
{
    // Settling must not outlast the pod's grace period when the store hangs.
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);
    private static readonly TimeSpan Never = TimeSpan.FromSeconds(-1);

    /// <summary>Handles a message; never throws.</summary>
    /// <param name="message">What was received.</param>
    /// <param name="asked">A timestamp from before the queue was asked.</param>
    /// <param name="stopping">Cancelled when the message is to be handed back.</param>
    public async Task<MessageEnd> HandleAsync(QueueMessage message, long asked, CancellationToken stopping)
    {
        await using var lease = new MessageLease(queue, message, asked, host.VisibilityTimeout, time, logger); // 1
        return await HandleAsync(lease, stopping);
    }

    /// <summary>Handles a message that is held already; never throws.</summary>
    public async Task<MessageEnd> HandleAsync(MessageLease lease, CancellationToken stopping)
    {
        var message = lease.Message;
        var (failure, handedBack) = await RunAsync(message, lease.Lost, stopping);
        if (!await lease.StopAsync())
        {
            return MessageEnd.Lost; // 4
        }

        using var limit = new CancellationTokenSource(SettleLimit, time);
        try
        {
            switch (failure)
            {
                case null:
                    await lease.DeleteAsync(limit.Token); // 2
                    return MessageEnd.Done;
                case { Error: var error } when error == TsfErrors.Cancelled && stopping.IsCancellationRequested:
                    QueueLog.HandedBack(logger, message.MessageId);
                    await lease.ReleaseAsync(HandedBack.With(message.MessageText, handedBack + 1, options.MaxMessageBytes), limit.Token); // 3
                    return MessageEnd.HandedBack;
                default:
                    return await FailAsync(lease, failure, HandedBack.Tries(message.DequeueCount, handedBack), limit.Token); // 5
            }
        }
        catch (Exception unsettled)
        {
            QueueLog.NotSettled(logger, message.MessageId, StorageErrors.Status(unsettled), StorageErrors.Code(unsettled));
            return MessageEnd.Unsettled;
        }
    }

    private async Task<(TsfException? Failure, int HandedBack)> RunAsync(QueueMessage message, CancellationToken lost, CancellationToken stopping)
    {
        var handedBack = 0;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(lost, stopping);
        try
        {
            var asked = JobMessage.Parse(message.Body, options.MaxMessageBytes);
            handedBack = asked.HandedBack;
            var tries = HandedBack.Tries(message.DequeueCount, handedBack);
            if (tries > host.MaxDequeueCount)
            {
                throw TsfErrors.JobAbandoned.With($"The message was tried {tries - 1} times before and never came to an end.");
            }

            await job.RunAsync(asked, $"{message.MessageId}:{message.DequeueCount}", tries, either.Token);
            return (null, handedBack);
        }
        catch (Exception) when (either.IsCancellationRequested)
        {
            // Whatever the work in hand made of being stopped.
            return (TsfErrors.Cancelled.With("The job was stopped."), handedBack);
        }
        catch (TsfException failed)
        {
            return (failed, handedBack);
        }
        catch (Exception unforeseen)
        {
            // The text of an exception of someone else's may quote a row: type and place must do.
            QueueLog.Unforeseen(logger, message.MessageId, unforeseen.GetType().FullName, new StackTrace(unforeseen).ToString());
            return (TsfErrors.Internal.With($"The job ended with an unforeseen {unforeseen.GetType().Name}.", unforeseen), handedBack);
        }
    }

    private async Task<MessageEnd> FailAsync(MessageLease lease, TsfException failure, long tries, CancellationToken cancellationToken)
    {
        var message = lease.Message;
        QueueLog.TryFailed(logger, message.MessageId, tries, failure.Code, failure.Message);
        jobs.CountFailedTry();
        if (tries < host.MaxDequeueCount)
        {
            var delay = TimeSpan.FromSeconds(Math.Min(options.RetryDelaySeconds * Math.Pow(2, tries - 1), LongestDelay.TotalSeconds));
            await lease.ReleaseAsync(delay, cancellationToken);
            return MessageEnd.TriedInVain;
        }

        await poison.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        var given = PoisonMessage.Write(HandedBack.With(message.MessageText, 0, options.MaxMessageBytes), failure, tries, time.GetUtcNow());
        await poison.SendMessageAsync(given, timeToLive: Never, cancellationToken: cancellationToken);
        QueueLog.Poisoned(logger, message.MessageId, tries, poison.Name, failure.Code);
        jobs.CountPoisoned();
        await lease.DeleteAsync(cancellationToken);
        return MessageEnd.Poisoned;
    }
}
