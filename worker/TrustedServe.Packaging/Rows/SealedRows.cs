using TrustedServe.Packaging.Sealing;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Packaging.Rows;

/// <summary>Rows sealed in the same stream format as packages, read and written front to back.</summary>
public static class SealedRows
{
    /// <summary>Reads the clear part and leaves <paramref name="source"/> at the stream header.</summary>
    /// <returns>The header and the associated data, which <see cref="OpenRead"/> needs.</returns>
    /// <exception cref="TsfException">TSF1019 when it is not sealed rows of a known version.</exception>
    public static async Task<(RowsHeader Header, ReadOnlyMemory<byte> AssociatedData)> ReadHeaderAsync(Stream source, CancellationToken cancellationToken)
    {
        var bytes = new byte[RowsFormat.PrefixSize];
        await FillAsync(source, bytes, cancellationToken).ConfigureAwait(false);
        Array.Resize(ref bytes, RowsFormat.PrefixSize + RowsFormat.ReadLength(bytes));
        await FillAsync(source, bytes.AsMemory(RowsFormat.PrefixSize), cancellationToken).ConfigureAwait(false);
        return (RowsFormat.Parse(bytes.AsSpan(RowsFormat.PrefixSize)), bytes);
    }

    /// <summary>
    /// A stream of plaintext; only segments that were verified are handed on, and an end that is not the sealed one is an error
    /// (TSF1020), never an end. Disposing it disposes <paramref name="source"/>. The key is copied: the caller may dispose its own.
    /// </summary>
    public static Stream OpenRead(Stream source, ReadOnlyMemory<byte> associatedData, SecretBuffer key) => new SealedRowsReader(source, associatedData, key);

    /// <summary>
    /// A stream that seals what is written into <paramref name="destination"/>; the last segment is written by
    /// <see cref="SealedRowsWriter.CompleteAsync"/> only. The destination stays the caller's to dispose.
    /// </summary>
    /// <exception cref="TsfException">TSF1019 for a header that could not be read back.</exception>
    public static async Task<SealedRowsWriter> CreateAsync(Stream destination, RowsHeader header, SecretBuffer key, CancellationToken cancellationToken)
    {
        var associatedData = RowsFormat.Write(header);
        var streamHeader = new byte[SegmentLayout.HeaderSize];
        var streamKey = StreamKey.Create(key, streamHeader, associatedData);
        try
        {
            await destination.WriteAsync(associatedData, cancellationToken).ConfigureAwait(false);
            await destination.WriteAsync(streamHeader, cancellationToken).ConfigureAwait(false);
            return new SegmentedRowsWriter(destination, streamKey);
        }
        catch
        {
            streamKey.Dispose();
            throw;
        }
    }

    private static async Task FillAsync(Stream source, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (await source.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < buffer.Length)
        {
            throw TsfErrors.InvalidRows.With("The blob ends before the header of sealed rows does.");
        }
    }
}
