using System.Buffers;
using TrustedServe.Packaging.Sealing;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Packaging.Rows;

/// <summary>
/// Decrypts segment by segment. A segment is the last when the source ends with it, which its nonce must confirm: one byte is
/// always read beyond a full segment to know.
/// </summary>
internal sealed class SealedRowsReader : Stream
{
    private readonly Stream source;
    private readonly ReadOnlyMemory<byte> associatedData;
    private readonly SecretBuffer mainKey;
    private StreamKey? streamKey;
    private SegmentCipher? cipher;
    private byte[] sealedBytes = ArrayPool<byte>.Shared.Rent(SegmentLayout.SegmentSize + 1);
    private byte[] plaintext = ArrayPool<byte>.Shared.Rent(SegmentLayout.OtherPlaintext);
    private int carried;
    private long segment;
    private int position;
    private int available;
    private bool atEnd;
    private bool failed;

    public SealedRowsReader(Stream source, ReadOnlyMemory<byte> associatedData, SecretBuffer key)
    {
        this.source = source;
        this.associatedData = associatedData;
        mainKey = new SecretBuffer(key.Span);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(plaintext.Length == 0, this);
        while (position == available && !buffer.IsEmpty)
        {
            if (atEnd)
            {
                return 0;
            }

            await NextSegmentAsync(cancellationToken).ConfigureAwait(false);
        }

        var length = Math.Min(buffer.Length, available - position);
        plaintext.AsMemory(position, length).CopyTo(buffer);
        position += length;
        return length;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && plaintext.Length > 0)
        {
            mainKey.Dispose();
            cipher?.Dispose();
            streamKey?.Dispose();
            source.Dispose();
            ArrayPool<byte>.Shared.Return(plaintext, clearArray: true);
            ArrayPool<byte>.Shared.Return(sealedBytes);
            plaintext = sealedBytes = [];
        }

        base.Dispose(disposing);
    }

    private async ValueTask NextSegmentAsync(CancellationToken cancellationToken)
    {
        // After a refusal nothing more is handed on, however often the caller asks.
        if (failed)
        {
            throw Damaged("an earlier segment was refused");
        }

        failed = true;
        if (cipher is null)
        {
            await ReadStreamHeaderAsync(cancellationToken).ConfigureAwait(false);
        }

        var size = segment == 0 ? SegmentLayout.SegmentSize - SegmentLayout.HeaderSize : SegmentLayout.SegmentSize;
        var read = carried + await source.ReadAtLeastAsync(sealedBytes.AsMemory(carried, size + 1 - carried), size + 1 - carried, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        var last = read <= size;
        var length = Math.Min(read, size);
        if (!cipher!.TryDecrypt(segment, last, sealedBytes.AsSpan(0, length), plaintext.AsSpan(0, Math.Max(0, length - SegmentLayout.TagSize))))
        {
            throw Damaged($"segment {segment} does not decrypt");
        }

        carried = last ? 0 : 1;
        sealedBytes[0] = sealedBytes[size];
        segment++;
        position = 0;
        available = length - SegmentLayout.TagSize;
        atEnd = last;
        failed = false;
    }

    private async ValueTask ReadStreamHeaderAsync(CancellationToken cancellationToken)
    {
        var header = new byte[SegmentLayout.HeaderSize];
        if (await source.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < header.Length)
        {
            throw Damaged("they end before their stream header does");
        }

        streamKey = StreamKey.TryRead(mainKey, header, associatedData.Span) ?? throw Damaged("the stream header does not begin with its length");
        cipher = streamKey.CreateCipher();
        mainKey.Dispose();
    }

    private static TsfException Damaged(string problem) => TsfErrors.RowsDamaged.With($"The sealed rows were refused: {problem}.");
}
