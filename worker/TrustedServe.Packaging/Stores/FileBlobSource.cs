using Microsoft.Win32.SafeHandles;
using TrustedServe.Packaging.Files;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Stores;

/// <summary>A local file. A change of its length or time while it is open is an error.</summary>
internal sealed class FileBlobSource : IBlobSource
{
    private readonly SafeFileHandle handle;
    private readonly DateTime changed;

    public FileBlobSource(string path)
    {
        Location = path;
        handle = SafeFiles.OpenRead(path);
        Length = RandomAccess.GetLength(handle);
        changed = File.GetLastWriteTimeUtc(handle);
    }

    public string Location { get; }

    public long Length { get; }

    public ValueTask ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new ValueTask(Task.Run(() => Read(offset, buffer.Span), cancellationToken));
    }

    /// <summary>The same on the caller's own thread.</summary>
    public void Read(long offset, Span<byte> buffer)
    {
        for (var rest = buffer; !rest.IsEmpty;)
        {
            var position = offset + (buffer.Length - rest.Length);
            int read;
            try
            {
                read = RandomAccess.Read(handle, rest, position);
            }
            catch (Exception failure) when (SafeFiles.Translate(failure, Location) is { } translated)
            {
                throw translated;
            }

            if (read == 0)
            {
                throw TsfErrors.BlobChanged.With($"{Location} ends before byte {position}; it had {Length} bytes when it was opened.");
            }

            rest = rest[read..];
        }

        // After the read: a change during it must not pass.
        if (RandomAccess.GetLength(handle) != Length || File.GetLastWriteTimeUtc(handle) != changed)
        {
            throw TsfErrors.BlobChanged.With($"{Location} was changed while it was open.");
        }
    }

    public ValueTask DisposeAsync()
    {
        handle.Dispose();
        return ValueTask.CompletedTask;
    }
}
