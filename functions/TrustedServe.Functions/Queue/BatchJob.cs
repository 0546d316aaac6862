using System.Globalization;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using TrustedServe.Attestation.Keys;
using TrustedServe.Functions.Inference;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Queue;

/// <summary>Scores the rows of one blob into another.</summary>
/// <remarks>
/// 1. Refuse containers that the configuration does not allow.
/// 2. Find the model, waiting while it starts.
/// 3. Pin the input to the content it has now.
/// 4. Done already? Then there is nothing to do. Anything else in the result's place is an error.
/// 5. Open the rows: sealed for exactly this place, with a rows key of this model.
/// 6. Score them, in order, and stage the result as it grows.
/// 7. Make the result appear, once and whole.
/// </remarks>
public sealed class BatchJob(StorageClients storage, IInferenceGateway gateway, IKeySource keys, QueueOptions options, JobRegistry jobs, TimeProvider time, ILogger<BatchJob> logger)
{
    private const long RowsPerLogLine = 10_000;

    /// <summary>Runs a job to its result.</summary>
    /// <param name="job">What to do.</param>
    /// <param name="attempt">Names this delivery of the job's message: the same for no other.</param>
    /// <param name="try">How often the message was delivered, this time included.</param>
    /// <param name="cancellationToken">Stops it; nothing is left behind that could be seen.</param>
    /// <exception cref="TsfException">Why the job failed.</exception>
    public async Task<JobOutcome> RunAsync(JobMessage job, string attempt, long @try, CancellationToken cancellationToken)
    {
        ContainerRule.Demand(options.AllowedInputContainers, job.Input, "input"); // 1
        ContainerRule.Demand(options.AllowedOutputContainers, job.Output, "output");
        QueueLog.JobStarted(logger, job.Id, job.Model, @try);
        var begun = time.GetTimestamp();
        var progress = jobs.Begin(job, time.GetUtcNow());
        try
        {
            var outcome = await ScoreAsync(job, attempt, progress, cancellationToken);
            if (outcome == JobOutcome.AlreadyDone)
            {
                QueueLog.JobAlreadyDone(logger, job.Id);
                return outcome;
            }

            jobs.CountCompleted(progress);
            QueueLog.JobFinished(logger, job.Id, progress.Rows, progress.FailedRows, time.GetElapsedTime(begun).TotalSeconds);
            return outcome;
        }
        catch (Exception failed) when (StorageErrors.IsStorage(failed))
        {
            throw StorageErrors.Translate(failed);
        }
        finally
        {
            jobs.End(progress);
        }
    }

    private async Task<JobOutcome> ScoreAsync(JobMessage job, string attempt, JobProgress progress, CancellationToken cancellationToken)
    {
        var busy = new BusyRetry(TimeSpan.FromSeconds(options.BusyLimitSeconds), time);
        var model = await busy.RunAsync(() => Task.FromResult(gateway.Resolve(job.Model, job.Version)), cancellationToken); // 2
        progress.Resolved(model.Version);

        var source = storage.Blobs.GetBlobContainerClient(job.Input.Container).GetBlobClient(job.Input.Blob);
        var target = storage.Blobs.GetBlobContainerClient(job.Output.Container).GetBlockBlobClient(job.Output.Blob);
        var pinned = await FindAsync(source, progress, cancellationToken); // 3
        var mark = JobMark.Of(job, pinned);
        if (await JobOutput.IsInPlaceAsync(target, job, mark, cancellationToken)) // 4
        {
            return JobOutcome.AlreadyDone;
        }

        if (pinned is not { } etag)
        {
            throw TsfErrors.InputMissing.With($"The input '{job.Input}' does not exist.");
        }

        await using var input = await JobInput.OpenAsync( // 5
            await PinnedInput.OpenAsync(source, job.Input, etag, cancellationToken), job, keys, options.InsecurePlaintextRows, cancellationToken);
        await using var output = await JobOutput.CreateAsync(target, job, input, attempt, cancellationToken);
        progress.Enter(JobPhase.Scoring);
        await Pipeline(model, input, busy).RunAsync(async batch => // 6
        {
            await output.WriteAsync(batch.Lines, cancellationToken);
            Count(job, progress, batch);
        }, cancellationToken);
        progress.Enter(JobPhase.Closing);

        if (await output.CommitAsync(mark, cancellationToken)) // 7
        {
            return JobOutcome.Completed;
        }

        return await JobOutput.IsInPlaceAsync(target, job, mark, cancellationToken)
            ? JobOutcome.AlreadyDone
            : throw TsfErrors.StorageFailed.With($"The output '{job.Output}' could not be committed, yet it does not exist.");
    }

    private RowPipeline Pipeline(ServedModel model, JobInput input, BusyRetry busy)
    {
        var greatest = model.Metadata.Properties.TryGetValue("max_batch", out var text) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var stated)
            ? Math.Max(stated, 1)
            : int.MaxValue;
        var scorer = new RowScorer(gateway, model, TimeSpan.FromSeconds(options.RowTimeoutSeconds), busy, time, JsonLinesReader.DefaultMaxLineBytes);
        var parallel = options.ParallelRequests > 0 ? options.ParallelRequests : Math.Max(model.Lanes, 1) * 2;
        return new RowPipeline(new JsonLinesReader(input.Rows), scorer, Math.Min(options.RowsPerRequest, greatest), parallel);
    }

    private static async Task<ETag?> FindAsync(Azure.Storage.Blobs.BlobClient source, JobProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties found = await source.GetPropertiesAsync(cancellationToken: cancellationToken);
            progress.Sized(InputSize.Of(found.ContentLength, found.Metadata));
            return found.ETag;
        }
        catch (RequestFailedException absent) when (absent.Status == 404)
        {
            return null;
        }
    }

    private void Count(JobMessage job, JobProgress progress, ScoredBatch batch)
    {
        var before = progress.Rows;
        progress.Add(batch);
        if (before / RowsPerLogLine != progress.Rows / RowsPerLogLine)
        {
            QueueLog.JobProgressed(logger, job.Id, progress.Rows, progress.FailedRows);
        }
    }
}
