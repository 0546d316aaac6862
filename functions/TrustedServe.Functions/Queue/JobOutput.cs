using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using TrustedServe.Packaging.Rows;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Queue;

/// <summary>The result of a job on its way into the store: sealed with the key of its input, or plaintext like its input.</summary>
internal sealed class JobOutput : IAsyncDisposable
{
    private readonly StagedBlob blob;
    private readonly SealedRowsWriter? sealer;

    private JobOutput(StagedBlob blob, SealedRowsWriter? sealer) => (this.blob, this.sealer) = (blob, sealer);

    /// <summary>Begins a result; nothing can be seen of it before <see cref="CommitAsync"/>.</summary>
    public static async Task<JobOutput> CreateAsync(BlockBlobClient client, JobMessage job, JobInput input, string attempt, CancellationToken cancellationToken)
    {
        var blob = new StagedBlob(client, attempt);
        if (!input.IsSealed)
        {
            return new JobOutput(blob, null);
        }

        var header = input.Header with { Role = RowsRole.Output, Blob = job.Output.ToString() };
        return new JobOutput(blob, await SealedRows.CreateAsync(blob, header, input.Key.Key, cancellationToken));
    }

    /// <summary>Whether the job's result is already there.</summary>
    /// <exception cref="TsfException">TSF6005 when something else is; TSF6009 when there is no container for it.</exception>
    public static async Task<bool> IsInPlaceAsync(BlockBlobClient client, JobMessage job, JobMark mark, CancellationToken cancellationToken)
    {
        try
        {
            BlobProperties found = await client.GetPropertiesAsync(cancellationToken: cancellationToken);
            return mark.Matches(found.Metadata) ? true : throw TsfErrors.OutputExists.With($"The output '{job.Output}' exists and is not the result of this job over this input.");
        }
        catch (RequestFailedException absent) when (absent.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return false;
        }
        catch (RequestFailedException absent) when (absent.Status == 404)
        {
            // Told now and not after the work, which would have nowhere to go.
            throw TsfErrors.StorageFailed.With($"The output container '{job.Output.Container}' cannot be had ({absent.ErrorCode ?? "no code"}).", absent);
        }
    }

    /// <summary>Adds result lines.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> lines, CancellationToken cancellationToken) =>
        sealer is null ? blob.WriteAsync(lines, cancellationToken) : sealer.WriteAsync(lines, cancellationToken);

    /// <summary>Makes the result appear, whole; false when another blob has appeared in its place meanwhile.</summary>
    public async Task<bool> CommitAsync(JobMark mark, CancellationToken cancellationToken)
    {
        if (sealer is not null)
        {
            await sealer.CompleteAsync(cancellationToken);
        }

        try
        {
            await blob.CommitAsync(mark.ToMetadata(), cancellationToken);
            return true;
        }
        catch (RequestFailedException taken) when (taken.Status is 409 or 412)
        {
            return false;
        }
    }

    /// <summary>Drops what was not committed and zeroes keys.</summary>
    public async ValueTask DisposeAsync()
    {
        if (sealer is not null)
        {
            await sealer.DisposeAsync();
        }

        await blob.DisposeAsync();
    }
}
