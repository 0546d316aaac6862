using System.Buffers.Binary;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Packaging.Packages;

/// <summary>
/// Where what lies in an archive: magic, length of the manifest, the manifest, then every file's content in the manifest's
/// order with nothing between. An archive is the plaintext of a sealed package.
/// </summary>
internal sealed class ArchiveLayout
{
    public const int PrefixSize = 12;

    private readonly long[] starts;

    public ArchiveLayout(Manifest manifest, int manifestSize)
    {
        Files = manifest.Files;
        starts = new long[Files.Count + 1];
        starts[0] = PrefixSize + manifestSize;
        for (var i = 0; i < Files.Count; i++)
        {
            starts[i + 1] = starts[i] + Files[i].Size;
        }
    }

    public static ReadOnlySpan<byte> Magic => "TSARCH01"u8;

    public IReadOnlyList<FileEntry> Files { get; }

    /// <summary>Length of the archive.</summary>
    public long TotalSize => starts[^1];

    /// <summary>Where the content of a file begins; for the number of files, where the archive ends.</summary>
    public long Start(int file) => starts[file];

    /// <summary>The first file that ends after an offset, or the number of files.</summary>
    public int FirstFileAfter(long offset)
    {
        int low = 0, high = Files.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (starts[middle + 1] > offset)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    /// <summary>The bytes before the manifest.</summary>
    public static byte[] WritePrefix(int manifestSize)
    {
        var prefix = new byte[PrefixSize];
        Magic.CopyTo(prefix);
        BinaryPrimitives.WriteInt32LittleEndian(prefix.AsSpan(Magic.Length), manifestSize);
        return prefix;
    }

    /// <summary>The manifest's length, or null when the bytes are no prefix of an archive.</summary>
    public static int? ReadPrefix(ReadOnlySpan<byte> prefix) =>
        prefix.Length == PrefixSize && prefix.StartsWith(Magic)
            && BinaryPrimitives.ReadUInt32LittleEndian(prefix[Magic.Length..]) is > 0 and <= Manifest.MaxBytes and var length
            ? (int)length
            : null;
}
