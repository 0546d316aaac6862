using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Packaging.Rows;

/// <summary>Rows sealed in the same stream format as packages, read and written front to back.</summary>
public static class SealedRows
{
    /// <summary>Reads the clear part and leaves <paramref name="source"/> at the stream header.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF1xxx when it is not sealed rows of a known version.</exception>
    public static Task<(RowsHeader Header, ReadOnlyMemory<byte> AssociatedData)> ReadHeaderAsync(Stream source, CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>A stream of plaintext; only segments that were verified are handed on, and an end that is not the sealed one is an error, never an end.</summary>
    public static Stream OpenRead(Stream source, ReadOnlyMemory<byte> associatedData, SecretBuffer key) => throw new NotImplementedException();

    /// <summary>A stream that seals what is written into <paramref name="destination"/>; the last segment is written by <c>CompleteAsync</c> only.</summary>
    public static Task<SealedRowsWriter> CreateAsync(Stream destination, RowsHeader header, SecretBuffer key, CancellationToken cancellationToken) => throw new NotImplementedException();
}
