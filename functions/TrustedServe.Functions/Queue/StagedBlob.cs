using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace TrustedServe.Functions.Queue;

/// <summary>
/// A block blob that is written front to back and appears at once, whole, or never: blocks are staged as they fill, and
/// committed under the condition that no blob of that name exists.
/// </summary>
/// <remarks>
/// A block's id is a digest of the attempt and the block's number: ordered, deterministic, equally long. Two attempts that
/// overlap (a message that was delivered again while its first receiver still ran) therefore never mix their blocks, and what
/// an attempt staged before it was killed can be found again.
/// </remarks>
internal sealed class StagedBlob(BlockBlobClient blob, string attempt) : Stream
{
    /// <summary>Bytes a block; with Azure's 50,000 blocks a blob, results of up to 195 GiB.</summary>
    public const int BlockBytes = 4 << 20;

    private readonly byte[] attemptDigest = SHA256.HashData(Encoding.UTF8.GetBytes(attempt))[..12];
    private readonly byte[] block = new byte[BlockBytes];
    private readonly List<string> staged = [];
    private int filled;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Stages what is left and makes the blob appear.</summary>
    /// <exception cref="RequestFailedException">409 BlobAlreadyExists when another was faster.</exception>
    public async Task CommitAsync(IDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        if (filled > 0)
        {
            await StageAsync(cancellationToken);
        }

        await blob.CommitBlockListAsync(staged, new CommitBlockListOptions
        {
            Metadata = metadata,
            HttpHeaders = new BlobHttpHeaders { ContentType = "application/octet-stream" },
            Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
        }, cancellationToken);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var part = buffer[..Math.Min(buffer.Length, BlockBytes - filled)];
            part.CopyTo(block.AsMemory(filled));
            filled += part.Length;
            buffer = buffer[part.Length..];
            if (filled == BlockBytes)
            {
                await StageAsync(cancellationToken);
            }
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // A block goes out when it is full; sooner would only make more of them.
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async Task StageAsync(CancellationToken cancellationToken)
    {
        var id = new byte[attemptDigest.Length + sizeof(int)];
        attemptDigest.CopyTo(id, 0);
        BinaryPrimitives.WriteInt32BigEndian(id.AsSpan(attemptDigest.Length), staged.Count);
        var name = Convert.ToBase64String(id);
        await blob.StageBlockAsync(name, new MemoryStream(block, 0, filled, writable: false), cancellationToken: cancellationToken);
        staged.Add(name);
        filled = 0;
    }
}
