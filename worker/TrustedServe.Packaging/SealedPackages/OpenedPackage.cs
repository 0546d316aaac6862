using System.Security.Cryptography;
using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Packages;
using TrustedServe.Packaging.Sealing;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.SealedPackages;

/// <summary>A sealed package under its stream key, with its manifest decrypted and found to be the one that the envelope announces.</summary>
internal sealed class OpenedPackage : IDisposable
{
    private OpenedPackage(StreamKey key, PlaintextReader reader, Manifest manifest, byte[] manifestBytes)
    {
        Key = key;
        Reader = reader;
        Manifest = manifest;
        ManifestBytes = manifestBytes;
        Layout = new ArchiveLayout(manifest, manifestBytes.Length);
    }

    public StreamKey Key { get; }

    /// <summary>Stands behind the manifest.</summary>
    public PlaintextReader Reader { get; }

    public Manifest Manifest { get; }

    public byte[] ManifestBytes { get; }

    public ArchiveLayout Layout { get; }

    public static async Task<OpenedPackage> OpenAsync(IBlobSource source, PackageHead head, KeyRecord record, CancellationToken cancellationToken)
    {
        var header = new byte[SegmentLayout.HeaderSize];
        await source.ReadAsync(head.StreamOffset, header, cancellationToken).ConfigureAwait(false);
        var key = StreamKey.TryRead(record.Key, header, head.AssociatedData)
            ?? throw TsfErrors.DecryptionFailed.With($"{source.Location}: the stream header does not begin with its length, {SegmentLayout.HeaderSize}.");
        var reader = new PlaintextReader(source, head, key);
        try
        {
            var prefix = new byte[ArchiveLayout.PrefixSize];
            if (!await reader.TryReadAsync(prefix, cancellationToken).ConfigureAwait(false) || ArchiveLayout.ReadPrefix(prefix) is not { } length)
            {
                throw Mismatch(source, "what was sealed is not a package archive");
            }

            var bytes = new byte[length];
            if (!await reader.TryReadAsync(bytes, cancellationToken).ConfigureAwait(false))
            {
                throw Mismatch(source, "what was sealed ends before its manifest does");
            }

            return new OpenedPackage(key, reader, CheckManifest(source, head.Envelope, bytes), bytes);
        }
        catch
        {
            reader.Dispose();
            key.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Reader.Dispose();
        Key.Dispose();
    }

    private static Manifest CheckManifest(IBlobSource source, Envelope envelope, byte[] bytes)
    {
        // The digest first: a manifest that was not announced is not even parsed.
        var digest = Hex.Write(SHA256.HashData(bytes));
        if (digest != envelope.ManifestDigest)
        {
            throw Mismatch(source, $"the envelope announces the manifest {envelope.ManifestDigest}, sealed is {digest}");
        }

        var manifest = Manifest.Parse(bytes);
        if (manifest.Name != envelope.Model || manifest.Version != envelope.Version)
        {
            throw Mismatch(source, $"the envelope announces {envelope.Model} {envelope.Version}, the manifest is of {manifest.Name} {manifest.Version}");
        }

        var size = new ArchiveLayout(manifest, bytes.Length).TotalSize;
        return size == envelope.PlaintextSize
            ? manifest
            : throw Mismatch(source, $"the envelope announces {envelope.PlaintextSize} bytes of plaintext, the manifest's files make {size}");
    }

    private static TsfException Mismatch(IBlobSource source, string problem) => TsfErrors.ContentMismatch.With($"{source.Location}: {problem}.");
}
