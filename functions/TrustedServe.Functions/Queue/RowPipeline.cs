using System.Threading.Channels;

namespace TrustedServe.Functions.Queue;

/// <summary>
/// Lines in, scored batches out in the same order, several requests at once. What waits is bounded: a slow worker slows the
/// reading, a slow store slows the scoring.
/// </summary>
internal sealed class RowPipeline(JsonLinesReader reader, RowScorer scorer, int rowsPerRequest, int parallelRequests)
{
    // Rows of the greatest length must not multiply into gigabytes: a batch ends early once it is this big.
    private const int MaxBatchBytes = 4 << 20;

    /// <summary>Runs to the end of the input; <paramref name="write"/> gets the batches one at a time.</summary>
    public async Task RunAsync(Func<ScoredBatch, ValueTask> write, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var places = new SemaphoreSlim(parallelRequests);
        var order = Channel.CreateBounded<Task<ScoredBatch>>(new BoundedChannelOptions(parallelRequests) { SingleReader = true, SingleWriter = true });
        var producing = ProduceAsync(order.Writer, places, stop.Token);
        try
        {
            await foreach (var scoring in order.Reader.ReadAllAsync(stop.Token))
            {
                await write(await scoring);
            }
        }
        finally
        {
            // Nothing may still use the streams or the places when this returns.
            await stop.CancelAsync();
            await producing;
            while (order.Reader.TryRead(out var left))
            {
                await EndAsync(left);
            }
        }
    }

    private async Task ProduceAsync(ChannelWriter<Task<ScoredBatch>> order, SemaphoreSlim places, CancellationToken cancellationToken)
    {
        Task last = Task.CompletedTask;
        try
        {
            while (await ReadBatchAsync(cancellationToken) is { Count: > 0 } lines)
            {
                await places.WaitAsync(cancellationToken);
                var scoring = Task.Run(() => ScoreAsync(lines, places, cancellationToken), CancellationToken.None);
                last = scoring;
                await order.WriteAsync(scoring, cancellationToken);
            }

            order.Complete();
        }
        catch (Exception failed)
        {
            // Whoever reads the batches gets it, after those that were read well.
            await EndAsync(last);
            order.Complete(failed);
        }
    }

    private async Task<ScoredBatch> ScoreAsync(List<JsonLine> lines, SemaphoreSlim places, CancellationToken cancellationToken)
    {
        try
        {
            return await scorer.ScoreAsync(lines, cancellationToken);
        }
        finally
        {
            places.Release();
        }
    }

    private async Task<List<JsonLine>> ReadBatchAsync(CancellationToken cancellationToken)
    {
        var lines = new List<JsonLine>(rowsPerRequest);
        for (var bytes = 0; lines.Count < rowsPerRequest && bytes < MaxBatchBytes;)
        {
            if (await reader.ReadAsync(cancellationToken) is not { } line)
            {
                break;
            }

            lines.Add(line);
            bytes += line.Bytes.Length;
        }

        return lines;
    }

    private static async Task EndAsync(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
