using Microsoft.Win32.SafeHandles;
using TrustedServe.Packaging.Digests;
using TrustedServe.Packaging.Files;

namespace TrustedServe.Packaging.Packages;

/// <summary>
/// The archive form of a package, front to back. Every file's digest is compared with the manifest's when its last byte is
/// handed out, over the very bytes that were handed out: a file that changes meanwhile cannot slip in.
/// </summary>
internal sealed class ArchiveContent : IDisposable
{
    private readonly Package package;
    private readonly byte[] head;
    private readonly TreeHasher hasher = new();
    private SafeFileHandle? handle;
    private string path = string.Empty;
    private long fileOffset;
    private long inFile;
    private int inHead;
    private int file;

    public ArchiveContent(Package package)
    {
        this.package = package;
        head = [.. ArchiveLayout.WritePrefix(package.ManifestBytes.Length), .. package.ManifestBytes];
    }

    /// <summary>Fills the buffer; fewer bytes mean that the archive ends, and that all digests were right.</summary>
    public int Read(Span<byte> buffer)
    {
        var total = 0;
        while (total < buffer.Length && ReadSome(buffer[total..]) is var read and > 0)
        {
            total += read;
        }

        return total;
    }

    public void Dispose()
    {
        handle?.Dispose();
        hasher.Dispose();
    }

    private int ReadSome(Span<byte> buffer)
    {
        if (inHead < head.Length)
        {
            var length = Math.Min(buffer.Length, head.Length - inHead);
            head.AsSpan(inHead, length).CopyTo(buffer);
            inHead += length;
            FinishFiles();
            return length;
        }

        if (file == package.Manifest.Files.Count)
        {
            return 0;
        }

        if (handle is null)
        {
            (path, fileOffset) = package.Locate(file);
            handle = SafeFiles.OpenRead(path);
        }

        var part = buffer[..(int)Math.Min(buffer.Length, package.Manifest.Files[file].Size - inFile)];
        SafeFiles.ReadExactly(handle, part, fileOffset + inFile, path);
        hasher.Append(part);
        inFile += part.Length;
        FinishFiles();
        return part.Length;
    }

    /// <summary>Ends the file in hand if all of it was read, and those of length 0 that follow.</summary>
    private void FinishFiles()
    {
        while (inHead == head.Length && file < package.Manifest.Files.Count && inFile == package.Manifest.Files[file].Size)
        {
            package.RequireDigest(package.Manifest.Files[file], hasher.Finish());
            handle?.Dispose();
            handle = null;
            inFile = 0;
            file++;
        }
    }
}
