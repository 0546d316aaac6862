using System.Security.Cryptography;
using TrustedServe.Packaging.Digests;
using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Packages;

/// <summary>A plain package, a directory or an archive, whose manifest was read and whose files are those that it lists.</summary>
public abstract class Package
{
    private protected Package(string location, Manifest manifest, byte[] manifestBytes)
    {
        Location = location;
        Manifest = manifest;
        ManifestBytes = manifestBytes;
        Layout = new ArchiveLayout(manifest, manifestBytes.Length);
    }

    /// <summary>Where it lies.</summary>
    public string Location { get; }

    /// <summary>Its description.</summary>
    public Manifest Manifest { get; }

    /// <summary>SHA-256 of the manifest's bytes, 64 lower-case hex digits.</summary>
    public string ManifestDigest => Hex.Write(SHA256.HashData(ManifestBytes));

    internal byte[] ManifestBytes { get; }

    internal ArchiveLayout Layout { get; }

    /// <summary>Compares every file's digest with the manifest's.</summary>
    /// <exception cref="TsfException">TSF1013, TSF0008.</exception>
    public void VerifyFiles(int threads, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Manifest.Files.Count; i++)
        {
            var entry = Manifest.Files[i];
            RequireDigest(entry, DigestOf(i, threads, cancellationToken));
        }
    }

    /// <summary>Where the content of a file lies: in which file of the file system, from which offset on.</summary>
    internal abstract (string Path, long Offset) Locate(int file);

    internal void RequireDigest(FileEntry entry, string digest)
    {
        if (digest != entry.Digest)
        {
            throw TsfErrors.WrongDigest.With($"{Location}: the file '{entry.Path}' has the digest {digest}, the manifest says {entry.Digest}.");
        }
    }

    private string DigestOf(int file, int threads, CancellationToken cancellationToken)
    {
        var size = Manifest.Files[file].Size;
        if (size == 0)
        {
            return TreeDigest.Of([]);
        }

        var (path, offset) = Locate(file);
        using var handle = SafeFiles.OpenRead(path);
        return TreeDigest.OfRange(handle, path, offset, size, threads, cancellationToken);
    }
}
