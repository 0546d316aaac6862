using System.Security.Cryptography;
using TrustedServe.Packaging.Digests;
using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Errors;

namespace TrustedServe.Packaging.Packages;

/// <summary>Finishes plain packages.</summary>
public static class PackageWriter
{
    private const int CopySize = 1 << 20;

    /// <summary>Digests every file of a directory and writes the <c>manifest.json</c> that lists them.</summary>
    /// <param name="directory">The directory with the graph, the weights and the rest.</param>
    /// <param name="draft">The manifest; its list of files is replaced.</param>
    /// <param name="threads">How many threads compute digests.</param>
    /// <param name="cancellationToken">Stops the work; no manifest is written then.</param>
    /// <exception cref="TsfException">TSF1001 with all problems, TSF1015, TSF1017 when there is a manifest already, TSF0006, TSF0008.</exception>
    public static Package WriteManifest(string directory, Manifest draft, int threads, CancellationToken cancellationToken)
    {
        var files = PackageTree.List(directory);
        if (files.Contains(PackagePath.Manifest))
        {
            throw TsfErrors.TargetNotEmpty.With($"{directory} has a {PackagePath.Manifest} already.");
        }

        var manifest = draft with { Files = [.. files.Select(path => Describe(directory, path, threads, cancellationToken))] };
        var bytes = manifest.ToUtf8();
        NewFile.Write(Path.Combine(directory, PackagePath.Manifest), overwrite: false, bytes.Length, handle => SafeFiles.Write(handle, bytes, 0, directory));
        return PackageReader.Open(directory);
    }

    /// <summary>Writes the archive form of a package, checking every digest; an existing file is refused.</summary>
    /// <exception cref="TsfException">TSF1001, TSF1012 to TSF1017, TSF0006, TSF0008.</exception>
    public static void WriteArchive(string packagePath, string archiveFile, CancellationToken cancellationToken)
    {
        var package = PackageReader.Open(packagePath);
        NewFile.Write(archiveFile, overwrite: false, package.Layout.TotalSize, handle =>
        {
            using var content = new ArchiveContent(package);
            var buffer = GC.AllocateUninitializedArray<byte>(CopySize);
            for (long offset = 0; content.Read(buffer) is var read and > 0; offset += read)
            {
                cancellationToken.ThrowIfCancellationRequested();
                SafeFiles.Write(handle, buffer.AsSpan(0, read), offset, archiveFile);
            }

            CryptographicOperations.ZeroMemory(buffer);
        });
    }

    private static FileEntry Describe(string directory, string path, int threads, CancellationToken cancellationToken)
    {
        var full = PackagePath.Under(directory, path);

        // A pipe has the length 0 and is never opened.
        var (size, digest) = new FileInfo(full).Length == 0 ? (0, TreeDigest.Of([])) : TreeDigest.OfFile(full, threads, cancellationToken);
        return new FileEntry(path, size, digest);
    }
}
