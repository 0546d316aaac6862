using System.Diagnostics.CodeAnalysis;
using TrustedServe.Attestation.Keys;
using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.Rows;
using TrustedServe.Protocol.Errors;
using TrustedServe.Protocol.Secrets;

namespace TrustedServe.Functions.Queue;

/// <summary>The rows of a job as plaintext, and the key that its result is sealed with.</summary>
internal sealed class JobInput : IAsyncDisposable
{
    private readonly PinnedInput blob;

    private JobInput(PinnedInput blob, Stream rows, RowsHeader? header, KeyRecord? key) => (this.blob, Rows, Header, Key) = (blob, rows, header, key);

    /// <summary>The rows.</summary>
    public Stream Rows { get; }

    /// <summary>Clear part of the sealed rows; null when they lie in plaintext.</summary>
    public RowsHeader? Header { get; }

    /// <summary>The rows key; null when they lie in plaintext.</summary>
    public KeyRecord? Key { get; }

    /// <summary>Whether the rows were sealed, and so must the result be.</summary>
    [MemberNotNullWhen(true, nameof(Header), nameof(Key))]
    public bool IsSealed => Key is not null;

    /// <summary>Opens the rows of a job; takes over <paramref name="blob"/>, in failure too.</summary>
    /// <exception cref="TsfException">TSF6006, TSF6007, TSF1xxx or what the key source refused.</exception>
    public static async Task<JobInput> OpenAsync(PinnedInput blob, JobMessage job, IKeySource keys, bool insecurePlaintextRows, CancellationToken cancellationToken)
    {
        KeyRecord? key = null;
        try
        {
            if (!RowsFile.IsSealed(await blob.PeekAsync(RowsFile.MagicBytes, cancellationToken)))
            {
                return insecurePlaintextRows
                    ? new JobInput(blob, blob, null, null)
                    : throw TsfErrors.PlaintextRows.With($"The input '{job.Input}' does not begin as sealed rows do.");
            }

            var (header, associatedData) = await SealedRows.ReadHeaderAsync(blob, cancellationToken);

            // The role and place are checked before a key is asked for, and hold because they are the ciphertext's associated data.
            if (header.Role != RowsRole.Input || header.Blob != job.Input.ToString())
            {
                throw TsfErrors.RowsMismatch.With($"The rows in '{job.Input}' were sealed for another place, or as a result.");
            }

            using (var release = await keys.GetAsync(KeyId.Parse(header.KeyId), cancellationToken))
            {
                key = KeyRecord.Parse(release.Resource.Span);
            }

            if (key.Purpose != KeyPurpose.Rows || key.Model != job.Model)
            {
                throw TsfErrors.RowsMismatch.With($"The key of the rows in '{job.Input}' is not a rows key of model '{job.Model}'.");
            }

            return new JobInput(blob, SealedRows.OpenRead(blob, associatedData, key.Key), header, key);
        }
        catch
        {
            key?.Dispose();
            await blob.DisposeAsync();
            throw;
        }
    }

    /// <summary>Closes the blob and zeroes the key.</summary>
    public async ValueTask DisposeAsync()
    {
        await Rows.DisposeAsync();
        await blob.DisposeAsync();
        Key?.Dispose();
    }
}
