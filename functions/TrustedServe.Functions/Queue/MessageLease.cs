using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;

namespace TrustedServe.Functions.Queue;

/// <summary>
/// The right to work on a message: its visibility is renewed at a third of its timeout until <see cref="StopAsync"/>. Once it is
/// lost to another receiver, or could not be renewed in time, <see cref="Lost"/> fires and nothing is done to the message any more.
/// Time is measured by a clock that only goes forward; one that is set changes nothing.
/// </summary>
internal sealed class MessageLease : IAsyncDisposable
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(3);

    private readonly QueueClient queue;
    private readonly TimeSpan visibility;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource lost = new();
    private readonly CancellationTokenSource stopped = new();
    private readonly Task renewing;
    private string receipt;
    private long asked;

    /// <summary>Takes over a message that was received with this visibility.</summary>
    /// <param name="queue">Its queue.</param>
    /// <param name="message">The message.</param>
    /// <param name="asked">A timestamp from before the queue was asked for it.</param>
    /// <param name="visibility">How long it stays invisible.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Says what became of renewals.</param>
    public MessageLease(QueueClient queue, QueueMessage message, long asked, TimeSpan visibility, TimeProvider time, ILogger logger)
    {
        (this.queue, this.asked, this.visibility, this.time, this.logger) = (queue, asked, visibility, time, logger);
        Message = message;
        receipt = message.PopReceipt;
        renewing = RenewAsync();
    }

    private enum Renewal
    {
        Done,
        Failed,
        Lost,
        QueueGone,
    }

    /// <summary>The message.</summary>
    public QueueMessage Message { get; }

    /// <summary>Fires when the message may be another receiver's.</summary>
    public CancellationToken Lost => lost.Token;

    // The shortest that the message stays invisible for, counted from the question and not from its answer.
    private TimeSpan Left => visibility - time.GetElapsedTime(asked);

    /// <summary>Ends the renewal, after which the message may be settled; false when it was lost before.</summary>
    public async Task<bool> StopAsync()
    {
        await stopped.CancelAsync();
        await renewing;
        return !lost.IsCancellationRequested;
    }

    /// <summary>Removes the message, unless another receiver has it by now.</summary>
    public Task DeleteAsync(CancellationToken cancellationToken) =>
        SettleAsync(() => queue.DeleteMessageAsync(Message.MessageId, receipt, cancellationToken));

    /// <summary>Makes the message visible again after a time, unless another receiver has it by now.</summary>
    public Task ReleaseAsync(TimeSpan after, CancellationToken cancellationToken) =>
        SettleAsync(() => queue.UpdateMessageAsync(Message.MessageId, receipt, visibilityTimeout: after, cancellationToken: cancellationToken));

    /// <summary>Makes the message visible at once with another text, unless another receiver has it by now.</summary>
    public Task ReleaseAsync(string text, CancellationToken cancellationToken) =>
        SettleAsync(() => queue.UpdateMessageAsync(Message.MessageId, receipt, text, TimeSpan.Zero, cancellationToken));

    /// <summary>Ends the renewal; what was not settled becomes visible by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        lost.Dispose();
        stopped.Dispose();
    }

    private async Task RenewAsync()
    {
        try
        {
            for (var pause = Max(Left - (visibility * 2 / 3), TimeSpan.Zero); ;)
            {
                await Task.Delay(pause, time, stopped.Token);
                switch (await TryRenewAsync())
                {
                    case Renewal.Done:
                        pause = visibility / 3;
                        break;
                    case Renewal.Failed:
                        pause = visibility / 10 * (0.5 + Random.Shared.NextDouble());
                        break;
                    case Renewal.QueueGone:
                        QueueLog.QueueGone(logger, Message.MessageId);
                        return;
                    default:
                        QueueLog.LeaseLost(logger, Message.MessageId);
                        await lost.CancelAsync();
                        return;
                }
            }
        }
        catch (OperationCanceledException) when (stopped.IsCancellationRequested)
        {
            // Settling follows, with the receipt as it stands.
        }
    }

    private async Task<Renewal> TryRenewAsync()
    {
        var now = time.GetTimestamp();
        // An answer that comes after the end is of no use: by then another receiver may have begun. StopAsync waits a moment for
        // it: a renewal that succeeded unseen would leave an old receipt to settle with.
        using var limit = new CancellationTokenSource(Max(Left, TimeSpan.Zero), time);
        using var hurry = stopped.Token.Register(() => limit.CancelAfter(StopGrace));
        try
        {
            var renewed = await queue.UpdateMessageAsync(Message.MessageId, receipt, visibilityTimeout: visibility, cancellationToken: limit.Token);
            receipt = renewed.Value.PopReceipt;
            asked = now;
            return Renewal.Done;
        }
        catch (RequestFailedException refused) when (refused.ErrorCode == QueueErrorCode.QueueNotFound)
        {
            // Its messages went with the queue: no other receiver can have this one, so the work on it is finished.
            return Renewal.QueueGone;
        }
        catch (RequestFailedException refused) when (IsLost(refused))
        {
            return Renewal.Lost;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return Renewal.Lost;
        }
        catch (Exception failed)
        {
            // Whatever it was: a lease that nobody renews any more must be seen to end.
            QueueLog.RenewalFailed(logger, Message.MessageId, StorageErrors.Status(failed), StorageErrors.Code(failed));
            return Left > TimeSpan.Zero ? Renewal.Failed : Renewal.Lost;
        }
    }

    private static async Task SettleAsync(Func<Task> settle)
    {
        try
        {
            await settle();
        }
        catch (RequestFailedException refused) when (IsLost(refused))
        {
            // Its next receiver settles it: a result that is in place is found, a failure is met again.
        }
    }

    // 404: the message (or the whole queue) is gone. 400 PopReceiptMismatch: another receiver has it.
    private static bool IsLost(RequestFailedException refused) =>
        refused.Status == 404 || refused.ErrorCode == QueueErrorCode.PopReceiptMismatch;

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
