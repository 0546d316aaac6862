using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using TrustedServe.Protocol.Json;

namespace TrustedServe.Kubernetes.Images;

/// <summary>
/// A folder in the layout of the OCI image specification (blobs by digest, <c>index.json</c>). The same trees and documents make
/// the same bytes: sorted names, no times, owners by number, one compressor.
/// </summary>
public sealed class OciLayout
{
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar+gzip";
    private readonly string folder;

    /// <summary>Begins one in an empty folder.</summary>
    public OciLayout(string folder)
    {
        this.folder = folder;
        Directory.CreateDirectory(Path.Combine(folder, "blobs", "sha256"));
        File.WriteAllText(Path.Combine(folder, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
    }

    /// <summary>Adds a layer.</summary>
    /// <returns>The blob, and the digest of the archive before it was compressed.</returns>
    public (OciBlob Blob, string DiffId) AddLayer(ImageTree tree)
    {
        var archive = Path.Combine(folder, "layer.tar");
        using (var file = File.Create(archive))
        {
            Write(tree, file);
        }

        var compressed = archive + ".gz";
        using (var from = File.OpenRead(archive))
        using (var to = new GZipStream(File.Create(compressed), CompressionLevel.Optimal))
        {
            from.CopyTo(to);
        }

        var diffId = Digest(archive);
        File.Delete(archive);
        return (Keep(compressed, LayerType), diffId);
    }

    /// <summary>Adds a document.</summary>
    public OciBlob AddDocument(string mediaType, object document)
    {
        var file = Path.Combine(folder, "document.json");
        File.WriteAllBytes(file, JsonSerializer.SerializeToUtf8Bytes(document, StrictJson.Compact));
        return Keep(file, mediaType);
    }

    /// <summary>Names the manifest and ends the layout.</summary>
    public void Finish(OciBlob manifest, string name) => File.WriteAllBytes(
        Path.Combine(folder, "index.json"),
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                schemaVersion = 2,
                mediaType = "application/vnd.oci.image.index.v1+json",
                manifests = new[]
                {
                    new { manifest.MediaType, manifest.Digest, manifest.Size, annotations = new Dictionary<string, string> { ["org.opencontainers.image.ref.name"] = name } },
                },
            },
            StrictJson.Compact));

    // Files with equal content become hard links: both programs carry the same runtime, once on the wire and once in memory.
    private static void Write(ImageTree tree, Stream stream)
    {
        var known = new Dictionary<(string Digest, UnixFileMode Mode), string>();
        using var writer = new TarWriter(stream, TarEntryFormat.Ustar);
        foreach (var (path, item) in tree.Entries)
        {
            var entry = item.Kind switch
            {
                ImageEntryKind.Directory => new UstarTarEntry(TarEntryType.Directory, path + "/"),
                ImageEntryKind.Link => new UstarTarEntry(TarEntryType.SymbolicLink, path) { LinkName = item.Target },
                _ => new UstarTarEntry(TarEntryType.RegularFile, path),
            };
            using var content = item.Kind == ImageEntryKind.File ? File.OpenRead(item.Target) : null;
            if (content is not null)
            {
                var key = (Digest(item.Target), item.Mode);
                if (content.Length > 0 && !known.TryAdd(key, path))
                {
                    entry = new UstarTarEntry(TarEntryType.HardLink, path) { LinkName = known[key] };
                }
                else
                {
                    entry.DataStream = content;
                }
            }

            entry.Mode = item.Mode;
            entry.ModificationTime = DateTimeOffset.UnixEpoch;
            writer.WriteEntry(entry);
        }
    }

    private OciBlob Keep(string file, string mediaType)
    {
        var digest = Digest(file);
        var size = new FileInfo(file).Length;
        File.Move(file, Path.Combine(folder, "blobs", "sha256", digest["sha256:".Length..]), overwrite: true);
        return new(mediaType, digest, size);
    }

    private static string Digest(string file)
    {
        using var stream = File.OpenRead(file);
        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
