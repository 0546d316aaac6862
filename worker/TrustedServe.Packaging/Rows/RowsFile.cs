using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Keys;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Packaging.Rows;

/// <summary>Sealed rows in files, for people: seals a JSONL file for upload and opens a result that was downloaded.</summary>
public static class RowsFile
{
    /// <summary>How many bytes <see cref="IsSealed"/> needs.</summary>
    public const int MagicBytes = 8;

    private const int BufferBytes = 1 << 20;

    /// <summary>Whether a blob or file that starts with these bytes claims to be sealed rows.</summary>
    public static bool IsSealed(ReadOnlySpan<byte> start) => start.StartsWith(RowsFormat.Magic);

    /// <summary>The clear part of a sealed file: which key opens it, and what it was sealed for. Nothing of it is verified yet.</summary>
    /// <exception cref="TsfException">TSF0008, or TSF1019 when it is not sealed rows.</exception>
    public static async Task<RowsHeader> ReadHeaderAsync(string path, CancellationToken cancellationToken)
    {
        await using var source = Open(path);
        return (await SealedRows.ReadHeaderAsync(source, cancellationToken).ConfigureAwait(false)).Header;
    }

    /// <summary>Seals a file of rows for one place in the store.</summary>
    /// <param name="plaintext">The rows.</param>
    /// <param name="destination">The file to make; it must not exist.</param>
    /// <param name="role">Input, for rows that are to be scored.</param>
    /// <param name="blob">The <c>container/blob</c> that it will be uploaded to; a job refuses it anywhere else.</param>
    /// <param name="keyId">Which key opens it.</param>
    /// <param name="key">That key's record.</param>
    /// <param name="cancellationToken">Stops it; nothing is left behind.</param>
    /// <exception cref="TsfException">TSF0006, TSF0008, TSF1019, or TSF6007 when the key is not for rows.</exception>
    public static async Task SealFileAsync(string plaintext, string destination, RowsRole role, string blob, KeyId keyId, KeyRecord key, CancellationToken cancellationToken)
    {
        DemandRowsKey(key);
        var header = new RowsHeader { FormatVersion = 1, KeyId = keyId.ToString(), Role = role, Blob = blob };
        await using var source = Open(plaintext);
        await WriteAsync(destination, async file =>
        {
            await using var sealer = await SealedRows.CreateAsync(file, header, key.Key, cancellationToken).ConfigureAwait(false);
            var buffer = new byte[BufferBytes];
            while (await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                await sealer.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            }

            await sealer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    /// <summary>Opens a sealed file. The rows appear under their name only once every byte was verified.</summary>
    /// <param name="source">The sealed file.</param>
    /// <param name="destination">The file to make, of mode 0600; it must not exist.</param>
    /// <param name="key">The record of the key that the header names.</param>
    /// <param name="cancellationToken">Stops it; nothing is left behind.</param>
    /// <returns>What the rows were sealed for.</returns>
    /// <exception cref="TsfException">TSF0006, TSF0008, TSF1019, TSF1020, or TSF6007 when the key is not for rows.</exception>
    public static async Task<RowsHeader> OpenFileAsync(string source, string destination, KeyRecord key, CancellationToken cancellationToken)
    {
        DemandRowsKey(key);
        await using var file = Open(source);
        var (header, associatedData) = await SealedRows.ReadHeaderAsync(file, cancellationToken).ConfigureAwait(false);
        await using var rows = SealedRows.OpenRead(file, associatedData, key.Key);
        await WriteAsync(destination, target => rows.CopyToAsync(target, BufferBytes, cancellationToken)).ConfigureAwait(false);
        return header;
    }

    private static void DemandRowsKey(KeyRecord key)
    {
        if (key.Purpose != KeyPurpose.Rows)
        {
            throw TsfErrors.RowsMismatch.With("The key opens sealed packages; rows need a key that was created for rows.");
        }
    }

    private static FileStream Open(string path) => SafeFiles.Guard(path, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes, FileOptions.Asynchronous | FileOptions.SequentialScan));

    // Under another name until it is whole: a file cut by a full disk or an interrupt must not pass for a result.
    private static async Task WriteAsync(string destination, Func<Stream, Task> write)
    {
        var partial = destination + ".partial";
        var begun = false;
        try
        {
            await using (var file = new FileStream(SafeFiles.CreateNew(partial, 0), FileAccess.Write, BufferBytes))
            {
                begun = true;
                await write(file).ConfigureAwait(false);
            }

            File.Move(partial, destination, overwrite: false);
        }
        catch (Exception failure) when (SafeFiles.Translate(failure, destination) is { } translated)
        {
            throw translated;
        }
        finally
        {
            if (begun)
            {
                SafeFiles.TryDelete(partial);
            }
        }
    }
}
