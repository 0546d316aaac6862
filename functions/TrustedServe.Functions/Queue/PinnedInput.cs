using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Functions.Queue;

/// <summary>A blob read front to back as it was when the job began: one that is replaced midway is an error, never a mixture.</summary>
internal sealed class PinnedInput : Stream
{
    // Also what is held in memory of the input's bytes as they come.
    private const int RangeBytes = 4 << 20;

    private readonly Stream blob;
    private readonly BlobName name;

    private PinnedInput(Stream blob, BlobName name) => (this.blob, this.name) = (blob, name);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Opens exactly the content that <paramref name="etag"/> names.</summary>
    public static async Task<PinnedInput> OpenAsync(BlobClient client, BlobName name, ETag etag, CancellationToken cancellationToken)
    {
        try
        {
            var options = new BlobOpenReadOptions(allowModifications: false) { BufferSize = RangeBytes, Conditions = new BlobRequestConditions { IfMatch = etag } };
            return new PinnedInput(await client.OpenReadAsync(options, cancellationToken), name);
        }
        catch (Exception failed) when (StorageErrors.IsStorage(failed))
        {
            throw Translate(failed, name);
        }
    }

    /// <summary>The first bytes, fewer only when the blob has fewer; reading begins at the start all the same.</summary>
    public async Task<byte[]> PeekAsync(int count, CancellationToken cancellationToken)
    {
        var bytes = new byte[count];
        var read = await this.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, cancellationToken);
        blob.Position = 0;
        return bytes[..read];
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await blob.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception failed) when (StorageErrors.IsStorage(failed))
        {
            throw Translate(failed, name);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        try
        {
            return blob.Read(buffer, offset, count);
        }
        catch (Exception failed) when (StorageErrors.IsStorage(failed))
        {
            throw Translate(failed, name);
        }
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            blob.Dispose();
        }

        base.Dispose(disposing);
    }

    // 412: another ETag. 404: gone since its properties were read. 416: replaced by a shorter one between two ranges.
    private static TsfException Translate(Exception failed, BlobName name) => StorageErrors.Status(failed) is 412 or 404 or 416
        ? TsfErrors.InputChanged.With($"The input blob '{name}' was replaced or removed while it was read.")
        : StorageErrors.Translate(failed);
}
