using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using TrustedServe.Kubernetes.Images;
using TrustedServe.Testing;

namespace TrustedServe.Kubernetes.Tests.Images;

public sealed class OciLayoutTests : IDisposable
{
    private readonly TemporaryDirectory work = new();

    public void Dispose() => work.Dispose();

    [Fact]
    public void Layer_has_sorted_paths_no_times_and_root_as_owner()
    {
        var entries = Read(Layer("one", "zebra", "b", "a"));
        Assert.Equal(["app/", "app/functions/", "app/functions/a", "app/functions/b", "app/functions/zebra", "lib"], entries.Select(entry => entry.Name));
        Assert.All(entries, entry =>
        {
            Assert.Equal(DateTimeOffset.UnixEpoch, entry.ModificationTime);
            Assert.Equal((0, 0), (entry.Uid, entry.Gid));
        });
        Assert.Equal("usr/lib", entries[^1].LinkName);
        Assert.True(entries[3].Mode.HasFlag(UnixFileMode.OtherExecute));
        Assert.False(entries[2].Mode.HasFlag(UnixFileMode.OtherExecute));
    }

    [Fact]
    public void Order_of_adding_and_times_of_files_do_not_count()
    {
        var one = Layer("one", "a", "b", "c");
        File.SetLastWriteTimeUtc(work["a"], DateTime.UnixEpoch.AddYears(1));
        Assert.Equal(one.Blob.Digest, Layer("two", "c", "b", "a").Blob.Digest);
        File.WriteAllText(work["a"], "other");
        Assert.NotEqual(one.Blob.Digest, Layer("three", "a", "b", "c").Blob.Digest);
    }

    [Fact]
    public void Equal_files_are_stored_once()
    {
        File.WriteAllText(work["same"], "the runtime");
        var tree = new ImageTree();
        tree.AddFile("app/functions/runtime.dll", work["same"]);
        tree.AddFile("app/worker/runtime.dll", work["same"]);
        tree.AddFile("app/worker/start", work["same"], executable: true);
        var entries = Read(new OciLayout(work["layout"]).AddLayer(tree));
        Assert.Equal("app/functions/runtime.dll", entries.Single(entry => entry.Name == "app/worker/runtime.dll").LinkName);
        Assert.Equal(TarEntryType.RegularFile, entries.Single(entry => entry.Name == "app/worker/start").EntryType); // another mode is another file
    }

    [Fact]
    public void Diff_id_is_the_digest_of_the_archive()
    {
        var (blob, diffId) = Layer("one", "a");
        using var archive = new GZipStream(File.OpenRead(PathOf(blob)), CompressionMode.Decompress);
        Assert.Equal(diffId, "sha256:" + Convert.ToHexStringLower(SHA256.HashData(archive)));
        Assert.Equal(blob.Size, new FileInfo(PathOf(blob)).Length);
    }

    private (OciBlob Blob, string DiffId) Layer(string layout, params string[] names)
    {
        var tree = new ImageTree();
        foreach (var name in names)
        {
            if (!File.Exists(work[name]))
            {
                File.WriteAllText(work[name], name);
            }

            tree.AddFile($"app/functions/{name}", work[name], executable: name == "b");
        }

        tree.AddLink("lib", "usr/lib");
        return new OciLayout(work["layouts", layout]).AddLayer(tree);
    }

    private string PathOf(OciBlob blob) => Directory.GetFiles(work.Path, blob.Digest["sha256:".Length..], SearchOption.AllDirectories)[0];

    private List<TarEntry> Read((OciBlob Blob, string DiffId) layer)
    {
        using var reader = new TarReader(new GZipStream(File.OpenRead(PathOf(layer.Blob)), CompressionMode.Decompress));
        var entries = new List<TarEntry>();
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            entries.Add(entry);
        }

        return entries;
    }
}
