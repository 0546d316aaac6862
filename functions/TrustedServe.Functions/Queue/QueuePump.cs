using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using TrustedServe.Functions.Settings;

namespace TrustedServe.Functions.Queue;

/// <summary>
/// Takes messages from the queue, as many at once as host.json's batchSize says, and has each handled. A queue that is empty
/// or cannot be read is looked at with growing pauses; a queue that comes back is read on.
/// </summary>
public sealed class QueuePump(StorageClients storage, BatchJob job, QueueOptions options, QueueHostSettings host, JobRegistry jobs, TimeProvider time, ILogger<QueuePump> logger) : BackgroundService
{
    private static readonly TimeSpan ReceiveGrace = TimeSpan.FromSeconds(2);

    private int unreachable;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var queue = storage.Queues.GetQueueClient(options.Name);
        var poison = storage.Queues.GetQueueClient(options.Name + QueueOptions.PoisonSuffix);
        var handler = new MessageHandler(queue, poison, job, options, host, jobs, time, logger);
        QueueLog.TriggerStarted(logger, queue.Name, host.BatchSize);
        if (options.InsecurePlaintextRows)
        {
            QueueLog.InsecurePlaintextRows(logger);
        }

        // A receive that is cancelled may still have taken a message, which then stays invisible: it gets a moment to answer.
        using var receiving = new CancellationTokenSource();
        await using var stopping = stoppingToken.Register(() => receiving.CancelAfter(ReceiveGrace));
        await Task.WhenAll(Enumerable.Range(0, host.BatchSize).Select(_ => Task.Run(() => PumpAsync(queue, handler, receiving.Token, stoppingToken), CancellationToken.None)));
    }

    private async Task PumpAsync(QueueClient queue, MessageHandler handler, CancellationToken receiving, CancellationToken stopping)
    {
        var shortest = TimeSpan.FromSeconds(options.PollMinSeconds);
        var longest = TimeSpan.FromSeconds(options.PollMaxSeconds);
        var pause = shortest;
        while (!stopping.IsCancellationRequested)
        {
            var asked = time.GetUtcNow();
            if (await ReceiveAsync(queue, receiving) is { } message)
            {
                await handler.HandleAsync(message, asked, stopping);
                pause = shortest;
                continue;
            }

            await Task.Delay(pause * (0.75 + (Random.Shared.NextDouble() / 2)), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < longest ? pause * 2 : longest;
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
        catch (Exception failed) when (StorageErrors.IsStorage(failed) || failed is OperationCanceledException)
        {
            if (Interlocked.Exchange(ref unreachable, 1) == 0)
            {
                QueueLog.QueueUnreachable(logger, queue.Name, StorageErrors.Status(failed), StorageErrors.Code(failed));
            }

            return null;
        }
    }
}
