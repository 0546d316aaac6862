using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using TrustedServe.Functions.Draining;
using TrustedServe.Functions.Settings;

namespace TrustedServe.Functions.Queue;

/// <summary>
/// Takes messages from the queue, as many at once as host.json's batchSize says, and has each handled. A queue that is empty
/// or cannot be read is looked at with growing pauses; a queue that comes back is read on.
/// </summary>
internal sealed class QueuePump(StorageClients storage, BatchJob job, QueueOptions options, QueueHostSettings host, JobRegistry jobs, Drain drain, TimeProvider time, ILogger<QueuePump> logger, ILogger<MessageHandler> handling) : BackgroundService
{
    // How long the queue's answer is waited for that was asked for before the end, and before all was cut off.
    private static readonly TimeSpan ReceiveGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortReceiveGrace = TimeSpan.FromSeconds(2);

    private int unreachable;
    private long inHand;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var queue = storage.Queues.GetQueueClient(options.Name);
        var poison = storage.Queues.GetQueueClient(options.Name + QueueOptions.PoisonSuffix);
        var handler = new MessageHandler(queue, poison, job, options, host, jobs, time, handling);
        QueueLog.TriggerStarted(logger, queue.Name, host.BatchSize);
        if (options.InsecurePlaintextRows)
        {
            QueueLog.InsecurePlaintextRows(logger);
        }

        // A receive that is cancelled may still have taken a message, which then stays invisible and counts a try: it gets a moment
        // to answer. One that takes longer is most likely with a queue that cannot be reached, and must not hold up the end.
        using var receiving = new CancellationTokenSource();
        drain.Watch(() => Interlocked.Read(ref inHand));
        await using var ending = drain.Begun.Register(() => receiving.CancelAfter(ReceiveGrace));
        await using var cut = drain.Cut.Register(() => receiving.CancelAfter(ShortReceiveGrace));
        await using var stopping = stoppingToken.Register(drain.Hurry);
        await Task.WhenAll(Enumerable.Range(0, host.BatchSize).Select(_ => Task.Run(() => PumpAsync(queue, handler, receiving.Token), CancellationToken.None)));
    }

    private async Task PumpAsync(QueueClient queue, MessageHandler handler, CancellationToken receiving)
    {
        var shortest = TimeSpan.FromSeconds(options.PollMinSeconds);
        var longest = TimeSpan.FromSeconds(options.PollMaxSeconds);
        var pause = shortest;
        while (!drain.HasBegun)
        {
            if (await TakeAsync(queue, handler, receiving))
            {
                pause = shortest;
                continue;
            }

            await Task.Delay(pause * (0.75 + (Random.Shared.NextDouble() / 2)), time, drain.Begun).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < longest ? pause * 2 : longest;
        }
    }

    private async Task<bool> TakeAsync(QueueClient queue, MessageHandler handler, CancellationToken receiving)
    {
        // Counted before it is asked for: between the queue's answer and the work on it nothing must look idle.
        Interlocked.Increment(ref inHand);
        try
        {
            var asked = time.GetTimestamp();
            if (await ReceiveAsync(queue, receiving) is not { } message)
            {
                return false;
            }

            // What came in answer to a question from before the end goes back untouched.
            await handler.HandleAsync(message, asked, drain.HasBegun ? new CancellationToken(canceled: true) : drain.Cut);
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref inHand);
        }
    }

    private async Task<QueueMessage?> ReceiveAsync(QueueClient queue, CancellationToken receiving)
    {
        try
        {
            QueueMessage? message = await queue.ReceiveMessageAsync(host.VisibilityTimeout, receiving);
            if (Interlocked.Exchange(ref unreachable, 0) == 1)
            {
                QueueLog.QueueReachable(logger, queue.Name);
            }

            return message;
        }
        catch (OperationCanceledException) when (receiving.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception failed)
        {
            // Whatever it was: what a proxy answers in the account's place the client fails on in ways of its own.
            if (Interlocked.Exchange(ref unreachable, 1) == 0)
            {
                QueueLog.QueueUnreachable(logger, queue.Name, StorageErrors.Status(failed), StorageErrors.Code(failed));
            }

            return null;
        }
    }
}
