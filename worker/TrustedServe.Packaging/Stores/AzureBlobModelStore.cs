using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Packaging.Sealing;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Stores;

/// <summary>
/// A store that is a container of Azure Blob Storage, laid out like a directory store. Writers agree through the index's ETag;
/// a sealed package gets a name made of its own head, so that two different packages never meet at one blob.
/// </summary>
internal sealed class AzureBlobModelStore(BlobContainerClient container) : IModelStore
{
    private const int MaxIndexAttempts = 8;
    private const int UploadPart = 8 << 20;
    private const int UploadsAtOnce = 4;

    public string Location => container.Uri.GetLeftPart(UriPartial.Path);

    public async Task<StoreIndex> ReadIndexAsync(CancellationToken cancellationToken) =>
        (await ReadDocumentAsync(cancellationToken).ConfigureAwait(false)).Document.ToIndex();

    public async Task<IBlobSource> OpenAsync(string model, string version, CancellationToken cancellationToken)
    {
        var (document, _) = await ReadDocumentAsync(cancellationToken).ConfigureAwait(false);
        return await AzureBlobSource.OpenAsync(container.GetBlobClient(document.BlobOf(model, version, Location)), cancellationToken).ConfigureAwait(false);
    }

    public async Task<StoreEntry> AddAsync(string sealedFile, bool makeDefault, CancellationToken cancellationToken)
    {
        await using var source = new FileBlobSource(sealedFile);
        var package = await SealedPackage.OpenAsync(source, cancellationToken).ConfigureAwait(false);
        var envelope = package.Envelope;
        var blob = await NameAsync(package, source, cancellationToken).ConfigureAwait(false);
        await EnsureContainerAsync(cancellationToken).ConfigureAwait(false);
        var uploaded = false;
        for (var attempt = 0; attempt < MaxIndexAttempts; attempt++)
        {
            var (document, etag) = await ReadDocumentAsync(cancellationToken).ConfigureAwait(false);
            if (document.FindEqual(envelope.Model, envelope.Version) is { } existing
                && (existing != envelope.Version || document.BlobOf(envelope.Model, existing, Location) != blob))
            {
                throw TsfErrors.VersionExists.With($"{Location} has version {existing} of '{envelope.Model}' with other content; {sealedFile} cannot be added as {envelope.Version}.");
            }

            if (!uploaded)
            {
                await UploadAsync(blob, sealedFile, source.Length, cancellationToken).ConfigureAwait(false);
                uploaded = true;
            }

            var changed = document.With(envelope.Model, envelope.Version, blob, makeDefault);
            if (await TryWriteAsync(changed, etag, cancellationToken).ConfigureAwait(false))
            {
                return changed.ToIndex().Entries.Single(entry => entry.Model == envelope.Model && entry.Version == envelope.Version);
            }
        }

        throw TsfErrors.IndexBusy.With($"The index of {Location} changed {MaxIndexAttempts} times while '{envelope.Model}' {envelope.Version} was being added.");
    }

    /// <summary>The stream's salt is random and its ciphertext follows from it: the head names the whole content.</summary>
    private static async Task<string> NameAsync(SealedPackage package, FileBlobSource source, CancellationToken cancellationToken)
    {
        var head = new byte[package.Head.StreamOffset + SegmentLayout.HeaderSize];
        await source.ReadAsync(0, head, cancellationToken).ConfigureAwait(false);
        return $"{package.Envelope.Model}/{package.Envelope.Version}-{Convert.ToHexStringLower(SHA256.HashData(head).AsSpan(0, 8))}.tsealed";
    }

    private Task EnsureContainerAsync(CancellationToken cancellationToken) => AzureErrors.GuardAsync(container.Uri, async () =>
    {
        try
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (RequestFailedException failure) when (failure.Status == 403)
        {
            // Without the right to create containers this one must be there; the next call tells.
        }
    });

    private async Task UploadAsync(string blob, string sealedFile, long length, CancellationToken cancellationToken)
    {
        var client = container.GetBlobClient(blob);
        await AzureErrors.GuardAsync(client.Uri, async () =>
        {
            try
            {
                await client.UploadAsync(
                    sealedFile,
                    new BlobUploadOptions
                    {
                        Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                        TransferOptions = new() { MaximumConcurrency = UploadsAtOnce, InitialTransferSize = UploadPart, MaximumTransferSize = UploadPart },
                    },
                    cancellationToken).ConfigureAwait(false);
            }
            catch (RequestFailedException failure) when (failure.Status is 409 or 412)
            {
                // Blobs appear whole or not at all: this is an earlier attempt's, of the same name and so of the same content.
                var properties = await client.GetPropertiesAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
                if (properties.Value.ContentLength != length)
                {
                    throw TsfErrors.VersionExists.With($"{client.Uri.GetLeftPart(UriPartial.Path)} is there with other content.");
                }
            }
        }).ConfigureAwait(false);
    }

    private async Task<(StoreIndexDocument Document, ETag? Tag)> ReadDocumentAsync(CancellationToken cancellationToken)
    {
        var client = container.GetBlobClient(StoreIndexDocument.FileName);
        return await AzureErrors.GuardAsync(client.Uri, async () =>
        {
            try
            {
                // Asked for one byte more than allowed: a longer index is seen without being read.
                var options = new BlobDownloadOptions { Range = new HttpRange(0, StoreIndexDocument.MaxBytes + 1) };
                using BlobDownloadStreamingResult answer = await client.DownloadStreamingAsync(options, cancellationToken).ConfigureAwait(false);
                using var content = new MemoryStream();
                await answer.Content.CopyToAsync(content, cancellationToken).ConfigureAwait(false);
                return content.Length <= StoreIndexDocument.MaxBytes
                    ? (StoreIndexDocument.Parse(content.ToArray(), Location), (ETag?)answer.Details.ETag)
                    : throw TsfErrors.InvalidIndex.With($"{Location}: the index has more than {StoreIndexDocument.MaxBytes} bytes.");
            }
            catch (RequestFailedException failure) when (failure.ErrorCode == BlobErrorCode.BlobNotFound)
            {
                return (StoreIndexDocument.Empty, (ETag?)null);
            }
        }).ConfigureAwait(false);
    }

    private async Task<bool> TryWriteAsync(StoreIndexDocument document, ETag? seen, CancellationToken cancellationToken)
    {
        var client = container.GetBlobClient(StoreIndexDocument.FileName);
        var conditions = seen is { } tag ? new BlobRequestConditions { IfMatch = tag } : new BlobRequestConditions { IfNoneMatch = ETag.All };
        return await AzureErrors.GuardAsync(client.Uri, async () =>
        {
            try
            {
                await client.UploadAsync(
                    BinaryData.FromBytes(document.ToUtf8()),
                    new BlobUploadOptions { Conditions = conditions, HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" } },
                    cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (RequestFailedException failure) when (failure.Status is 409 or 412)
            {
                return false;
            }
        }).ConfigureAwait(false);
    }
}
