using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Packages;

/// <summary>A package that is one archive file, <c>.tspkg</c>.</summary>
internal sealed class ArchivePackage : Package
{
    private ArchivePackage(string location, Manifest manifest, byte[] manifestBytes)
        : base(location, manifest, manifestBytes)
    {
    }

    public static ArchivePackage Open(string file)
    {
        using var handle = SafeFiles.OpenRead(file);
        var length = RandomAccess.GetLength(handle);
        Span<byte> prefix = stackalloc byte[ArchiveLayout.PrefixSize];
        if (length < prefix.Length)
        {
            throw TsfErrors.InvalidArchive.With($"{file} has {length} bytes, too few for a package archive.");
        }

        SafeFiles.ReadExactly(handle, prefix, 0, file);
        if (ArchiveLayout.ReadPrefix(prefix) is not { } manifestSize || length - prefix.Length < manifestSize)
        {
            throw TsfErrors.InvalidArchive.With($"{file} does not begin like a package archive, or ends before its manifest does.");
        }

        var bytes = new byte[manifestSize];
        SafeFiles.ReadExactly(handle, bytes, prefix.Length, file);
        var package = new ArchivePackage(file, Manifest.Parse(bytes), bytes);
        return package.Layout.TotalSize == length
            ? package
            : throw TsfErrors.InvalidArchive.With($"{file} has {length} bytes; its manifest says {package.Layout.TotalSize}.");
    }

    internal override (string Path, long Offset) Locate(int file) => (Location, Layout.Start(file));
}
