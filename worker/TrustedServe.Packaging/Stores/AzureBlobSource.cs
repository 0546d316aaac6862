using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Stores;

/// <summary>A blob under the ETag that it had when it was opened: each read asks for that one, so a replaced blob is an error.</summary>
internal sealed class AzureBlobSource : IBlobSource
{
    // Large enough to make a round trip worth it, small enough that a range repeated after a fault costs little.
    private const int RangeSize = 4 << 20;
    private const int RangesAtOnce = 4;

    private readonly BlobClient blob;
    private readonly ETag tag;

    private AzureBlobSource(BlobClient blob, ETag tag, long length) => (this.blob, this.tag, Length) = (blob, tag, length);

    public string Location => blob.Uri.GetLeftPart(UriPartial.Path);

    public long Length { get; }

    public static Task<AzureBlobSource> OpenAsync(BlobClient blob, CancellationToken cancellationToken) => AzureErrors.GuardAsync(blob.Uri, async () =>
    {
        BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        return new AzureBlobSource(blob, properties.ETag, properties.ContentLength);
    });

    public async ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (offset < 0 || offset > Length - buffer.Length)
        {
            throw TsfErrors.BlobChanged.With($"{Location} has {Length} bytes; bytes up to {offset + buffer.Length} were asked for.");
        }

        if (buffer.Length <= RangeSize)
        {
            await ReadRangeAsync(offset, buffer, cancellationToken).ConfigureAwait(false);
            return;
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = RangesAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, (buffer.Length + RangeSize - 1) / RangeSize, options, async (range, stop) =>
        {
            var start = range * RangeSize;
            var part = buffer.Slice(start, Math.Min(RangeSize, buffer.Length - start));
            await ReadRangeAsync(offset + start, part, stop).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task ReadRangeAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (buffer.IsEmpty)
        {
            return;
        }

        await AzureErrors.GuardAsync(blob.Uri, async () =>
        {
            var options = new BlobDownloadOptions
            {
                Range = new HttpRange(offset, buffer.Length),
                Conditions = new BlobRequestConditions { IfMatch = tag },
            };
            using BlobDownloadStreamingResult answer = await blob.DownloadStreamingAsync(options, cancellationToken).ConfigureAwait(false);
            await answer.Content.ReadExactlyAsync(buffer, cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }
}
