using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Packages;

/// <summary>A package that is a directory with a <c>manifest.json</c>.</summary>
internal sealed class DirectoryPackage : Package
{
    private DirectoryPackage(string location, Manifest manifest, byte[] manifestBytes)
        : base(location, manifest, manifestBytes)
    {
    }

    public static DirectoryPackage Open(string directory)
    {
        var files = PackageTree.List(directory);
        if (!files.Contains(PackagePath.Manifest))
        {
            throw TsfErrors.MissingFile.With($"{directory} has no {PackagePath.Manifest}: it is not a package.");
        }

        var bytes = SafeFiles.ReadBounded(Path.Combine(directory, PackagePath.Manifest), Manifest.MaxBytes, TsfErrors.InvalidManifest);
        var manifest = Manifest.Parse(bytes);
        foreach (var entry in manifest.Files)
        {
            if (!files.Contains(entry.Path))
            {
                throw TsfErrors.MissingFile.With($"{directory}: the file '{entry.Path}' of the manifest is missing.");
            }

            // Before any file is opened: a pipe has the length 0, so reading one can never block.
            var length = new FileInfo(PackagePath.Under(directory, entry.Path)).Length;
            if (length != entry.Size)
            {
                throw TsfErrors.WrongDigest.With($"{directory}: the file '{entry.Path}' has {length} bytes, the manifest says {entry.Size}.");
            }
        }

        var unexpected = files.Except(manifest.Files.Select(entry => entry.Path)).FirstOrDefault(path => path != PackagePath.Manifest);
        return unexpected is null
            ? new DirectoryPackage(directory, manifest, bytes)
            : throw TsfErrors.UnexpectedFile.With($"{directory}: the file '{unexpected}' is not in the manifest.");
    }

    internal override (string Path, long Offset) Locate(int file) => (PackagePath.Under(Location, Manifest.Files[file].Path), 0);
}
