using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Stores;

/// <summary>
/// A store that is a directory: <c>index.json</c> at its top, sealed files where that says. Readers need no lock: the index is
/// replaced by a rename and sealed files never change. Writers take the lock file one after the other.
/// </summary>
internal sealed class DirectoryModelStore(string directory, TimeProvider time) : IModelStore
{
    private const string LockName = "index.lock";
    private const int CopySize = 4 << 20;

    // Longer than copying the largest model takes would be pointless to wait in one go; the caller may try again.
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(50);

    public string Location => directory;

    private string IndexPath => Path.Combine(directory, StoreIndexDocument.FileName);

    public Task<StoreIndex> ReadIndexAsync(CancellationToken cancellationToken) => Task.Run(() => ReadDocument().ToIndex(), cancellationToken);

    public Task<IBlobSource> OpenAsync(string model, string version, CancellationToken cancellationToken) => Task.Run<IBlobSource>(
        () =>
        {
            var blob = ReadDocument().BlobOf(model, version, Location);
            var path = RequireOrdinary(blob);
            return File.Exists(path)
                ? new FileBlobSource(path)
                : throw TsfErrors.BlobMissing.With($"The index of {Location} names '{blob}' for {model} {version}, which is not there.");
        },
        cancellationToken);

    public async Task<StoreEntry> AddAsync(string sealedFile, bool makeDefault, CancellationToken cancellationToken)
    {
        await using var source = new FileBlobSource(sealedFile);
        var envelope = (await SealedPackage.OpenAsync(source, cancellationToken).ConfigureAwait(false)).Envelope;
        SafeFiles.CreateDirectory(directory);
        using var held = await LockAsync(cancellationToken).ConfigureAwait(false);
        var document = ReadDocument();
        var blob = await PlaceAsync(document, envelope, source, cancellationToken).ConfigureAwait(false);
        var changed = document.With(envelope.Model, envelope.Version, blob, makeDefault);
        var bytes = changed.ToUtf8();
        NewFile.Write(IndexPath, overwrite: true, bytes.Length, handle => SafeFiles.Write(handle, bytes, 0, IndexPath));
        return changed.ToIndex().Entries.Single(entry => entry.Model == envelope.Model && entry.Version == envelope.Version);
    }

    /// <summary>Copies the file to its place unless the same content lies there already.</summary>
    private async Task<string> PlaceAsync(StoreIndexDocument document, Envelope envelope, FileBlobSource source, CancellationToken cancellationToken)
    {
        if (document.FindEqual(envelope.Model, envelope.Version) is { } existing)
        {
            var there = document.BlobOf(envelope.Model, existing, Location);
            return existing == envelope.Version && Same(source, RequireOrdinary(there), cancellationToken)
                ? there
                : throw TsfErrors.VersionExists.With($"{Location} has version {existing} of '{envelope.Model}' with other content; {source.Location} cannot be added as {envelope.Version}.");
        }

        var blob = $"{envelope.Model}/{envelope.Version}.tsealed";
        var path = RequireOrdinary(blob);
        SafeFiles.CreateDirectory(Path.GetDirectoryName(path)!);

        // Under the lock a file that no index names is the rest of an interrupted attempt.
        await NewFile.WriteAsync(path, overwrite: true, source.Length, handle => Task.Run(
            () => Pieces(source, cancellationToken, (offset, piece) => SafeFiles.Write(handle, piece, offset, path)),
            cancellationToken)).ConfigureAwait(false);
        return blob;
    }

    private static bool Same(FileBlobSource source, string path, CancellationToken cancellationToken)
    {
        using var other = File.Exists(path) ? SafeFiles.OpenRead(path) : null;
        if (other is null || RandomAccess.GetLength(other) != source.Length)
        {
            return false;
        }

        var same = true;
        var buffer = new byte[CopySize];
        Pieces(source, cancellationToken, (offset, piece) =>
        {
            if (same)
            {
                SafeFiles.ReadExactly(other, buffer.AsSpan(0, piece.Length), offset, path);
                same = piece.SequenceEqual(buffer.AsSpan(0, piece.Length));
            }
        });
        return same;
    }

    private static void Pieces(FileBlobSource source, CancellationToken cancellationToken, PieceAction action)
    {
        var buffer = new byte[CopySize];
        for (long offset = 0; offset < source.Length; offset += CopySize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var piece = buffer.AsSpan(0, (int)Math.Min(CopySize, source.Length - offset));
            source.Read(offset, piece);
            action(offset, piece);
        }
    }

    private delegate void PieceAction(long offset, ReadOnlySpan<byte> piece);

    private StoreIndexDocument ReadDocument()
    {
        if (!Directory.Exists(directory))
        {
            throw TsfErrors.StoreUnavailable.With($"{Location} is not a directory.");
        }

        var path = RequireOrdinary(StoreIndexDocument.FileName);
        if (!File.Exists(path))
        {
            return StoreIndexDocument.Empty;
        }

        return StoreIndexDocument.Parse(SafeFiles.ReadBounded(path, StoreIndexDocument.MaxBytes, TsfErrors.InvalidIndex), Location);
    }

    /// <summary>The path below the store, with no link on the way that could lead out of it.</summary>
    private string RequireOrdinary(string blob)
    {
        var path = directory;
        foreach (var segment in blob.Split('/'))
        {
            path = Path.Combine(path, segment);
            if (new FileInfo(path).LinkTarget is not null)
            {
                throw TsfErrors.UnsafeStorePath.With($"{path} is a symbolic link.");
            }
        }

        return PackagePath.Under(directory, blob);
    }

    private async Task<IDisposable> LockAsync(CancellationToken cancellationToken)
    {
        var path = RequireOrdinary(LockName);
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path) && time.GetElapsedTime(start) < LockPatience)
            {
                await Task.Delay(LockPause, time, cancellationToken).ConfigureAwait(false);
            }
            catch (IOException failure) when (File.Exists(path))
            {
                throw TsfErrors.IndexBusy.With($"{path} was held by others for {LockPatience.TotalSeconds:0} s.", failure);
            }
            catch (Exception failure) when (SafeFiles.Translate(failure, path) is { } translated)
            {
                throw translated;
            }
        }
    }
}
