using TrustedServe.Packaging.Digests;
using TrustedServe.Packaging.Packages.Writing;

namespace TrustedServe.Packaging.Packages;

/// <summary>Reads plain packages: directories and archives.</summary>
public static class PackageReader
{
    private const int CopySize = 1 << 20;
    private const int WindowSize = (LeafHasher.ChunksAtOnce + 1) * TreeDigest.ChunkSize;

    /// <summary>
    /// Reads the manifest and checks that the package has exactly the files that it lists, of the lengths that it states, and
    /// no links. Digests are not compared: see <see cref="Package.VerifyFiles"/>.
    /// </summary>
    /// <param name="path">A directory, or an archive file.</param>
    /// <exception cref="Protocol.Errors.TsfException">TSF1001, TSF1012 to TSF1016, TSF0008.</exception>
    public static Package Open(string path) => Directory.Exists(path) ? DirectoryPackage.Open(path) : ArchivePackage.Open(path);

    /// <summary>The same, and compares all digests.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF1001, TSF1012 to TSF1016, TSF0008.</exception>
    public static Package OpenVerified(string path, int threads, CancellationToken cancellationToken)
    {
        var package = Open(path);
        package.VerifyFiles(threads, cancellationToken);
        return package;
    }

    /// <summary>Writes a package's files into an empty directory, checking every digest; on failure nothing stays.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF1001, TSF1012 to TSF1017, TSF0006, TSF0008.</exception>
    public static void Extract(string path, string directory, CancellationToken cancellationToken)
    {
        var package = Open(path);
        using var output = PackageOutput.Create(directory, package.Layout, package.ManifestBytes);
        using var content = new ArchiveContent(package);
        using var writer = new OutputWriter(output, (int)Math.Min(package.Layout.TotalSize, WindowSize));
        for (long offset = 0; content.Read(writer.Room(offset, CopySize)) is var read and > 0; offset += read)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Write(read);
        }

        writer.Finish();
        output.Complete();
    }
}
