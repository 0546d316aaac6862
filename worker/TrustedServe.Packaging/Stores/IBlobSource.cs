namespace TrustedServe.Packaging.Stores;

/// <summary>Random access to one immutable blob. Safe for reads from many threads at once.</summary>
public interface IBlobSource : IAsyncDisposable
{
    /// <summary>For messages: where the blob lies.</summary>
    string Location { get; }

    /// <summary>Length in bytes.</summary>
    long Length { get; }

    /// <summary>Fills <paramref name="buffer"/> with the bytes from <paramref name="offset"/>.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF2xxx when the bytes are not there, the blob changed, or the store does not answer.</exception>
    ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);
}
