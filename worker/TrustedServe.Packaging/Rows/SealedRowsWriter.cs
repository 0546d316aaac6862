namespace TrustedServe.Packaging.Rows;

/// <summary>Seals rows as they come.</summary>
public abstract class SealedRowsWriter : IAsyncDisposable
{
    /// <summary>Seals these plaintext bytes.</summary>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> plaintext, CancellationToken cancellationToken);

    /// <summary>Writes the last segment. Without it the blob reads as cut, on purpose: an interrupted job leaves no result that looks whole.</summary>
    public abstract ValueTask CompleteAsync(CancellationToken cancellationToken);

    /// <summary>Zeroes the derived key.</summary>
    public abstract ValueTask DisposeAsync();
}
