using System.Security.Cryptography;
using TrustedServe.Packaging.Packages;
using TrustedServe.Packaging.Sealing;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Packaging.Stores;
using TrustedServe.Testing;

namespace TrustedServe.Packaging.Tests;

public sealed class SealingRoundTripTests
{
    private const int Chunk = 1 << 20;

    public static TheoryData<int, int> Sizes()
    {
        var data = new TheoryData<int, int>();
        foreach (var size in new[] { 1, Chunk - 1, Chunk, Chunk + 1, 2 * Chunk, (2 * Chunk) + 7, 20 * Chunk })
        {
            data.Add(size, 0);
            data.Add(17, size);
        }

        // Content that ends around the ends of segments 0, 1 and 16, wherever the manifest ends.
        foreach (var segment in new[] { 1, 2, 17 })
        {
            for (var around = -1; around <= 1; around++)
            {
                data.Add(-(int)(SegmentLayout.PlaintextOffset(segment) + around), 0);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task Unseal_gives_back_what_was_sealed(int graphSize, int weightsSize)
    {
        using var temporary = new TemporaryDirectory();
        if (graphSize < 0)
        {
            // The manifest's own length comes first: it is the same for every size with as many digits.
            var total = -graphSize;
            var probe = SamplePackage.Create(temporary["probe"], total);
            graphSize = (int)(total - (probe.Layout.TotalSize - total));
        }

        var package = SamplePackage.Create(temporary["package"], graphSize, weightsSize);
        using var record = SamplePackage.Record(package);
        var envelope = await SamplePackage.SealAsync(temporary["package"], temporary["a.tsealed"], record);
        Assert.Equal(package.ManifestDigest, envelope.ManifestDigest);

        foreach (var threads in new[] { 1, 2, 5 })
        {
            var target = temporary[$"out-{threads}"];
            await SamplePackage.UnsealAsync(temporary["a.tsealed"], target, record, threads);
            PackageReader.OpenVerified(target, 1, default);
            Assert.Equal(File.ReadAllBytes(temporary["package", "model.onnx"]), File.ReadAllBytes(Path.Combine(target, "model.onnx")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(target, "data", "weights.bin")));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(target, "data")));
        }
    }

    [Fact]
    public async Task Archive_and_directory_seal_to_the_same_manifest()
    {
        using var temporary = new TemporaryDirectory();
        var package = SamplePackage.Create(temporary["package"], 3 * Chunk, 11);
        PackageWriter.WriteArchive(temporary["package"], temporary["a.tspkg"], default);
        using var record = SamplePackage.Record(package);
        await SamplePackage.SealAsync(temporary["a.tspkg"], temporary["a.tsealed"], record);
        await SamplePackage.UnsealAsync(temporary["a.tsealed"], temporary["out"], record);
        Assert.Equal(package.ManifestDigest, PackageReader.OpenVerified(temporary["out"], 2, default).ManifestDigest);

        PackageReader.Extract(temporary["a.tspkg"], temporary["extracted"], default);
        Assert.Equal(package.ManifestDigest, PackageReader.OpenVerified(temporary["extracted"], 2, default).ManifestDigest);
    }

    [Fact]
    public async Task Read_ahead_source_unseals_the_same_as_a_file()
    {
        using var temporary = new TemporaryDirectory();
        var package = SamplePackage.Create(temporary["package"], 13 * Chunk, 3 * Chunk);
        using var record = SamplePackage.Record(package);
        await SamplePackage.SealAsync(temporary["package"], temporary["a.tsealed"], record);
        await using var source = new SlowSource(File.ReadAllBytes(temporary["a.tsealed"]));
        var sizes = new List<long>();
        var opened = await SealedPackage.OpenAsync(source, default);
        await opened.UnsealAsync(record, temporary["out"], 2, new Collector(sizes), default);
        PackageReader.OpenVerified(temporary["out"], 2, default);
        Assert.Equal(package.Layout.TotalSize, sizes.Max());
        Assert.True(source.MostAtOnce > 1, "blocks must be read ahead");
    }

    [Fact]
    public async Task Verify_decrypts_everything_and_writes_nothing()
    {
        using var temporary = new TemporaryDirectory();
        var package = SamplePackage.Create(temporary["package"], 2 * Chunk, 5);
        using var record = SamplePackage.Record(package);
        await SamplePackage.SealAsync(temporary["package"], temporary["a.tsealed"], record);
        await using var source = ModelStores.OpenFile(temporary["a.tsealed"]);
        var manifest = await (await SealedPackage.OpenAsync(source, default)).VerifyAsync(record, null, default);
        Assert.Equal("sample", manifest.Name);
    }

    [Fact]
    public async Task Same_package_sealed_twice_shares_no_byte_run()
    {
        using var temporary = new TemporaryDirectory();
        var package = SamplePackage.Create(temporary["package"], 1000);
        using var record = SamplePackage.Record(package);
        await SamplePackage.SealAsync(temporary["package"], temporary["a"], record);
        await SamplePackage.SealAsync(temporary["package"], temporary["b"], record);
        var tail = ^1000..;
        var same = File.ReadAllBytes(temporary["a"])[tail].Zip(File.ReadAllBytes(temporary["b"])[tail]).Count(pair => pair.First == pair.Second);
        Assert.InRange(same, 0, 40);
    }

    [Fact]
    public async Task Seal_refuses_a_file_that_differs_from_the_manifest_and_leaves_nothing()
    {
        using var temporary = new TemporaryDirectory();
        var package = SamplePackage.Create(temporary["package"], 1000);
        var bytes = File.ReadAllBytes(temporary["package", "model.onnx"]);
        bytes[^1] ^= 1;
        File.WriteAllBytes(temporary["package", "model.onnx"], bytes);
        using var record = SamplePackage.Record(package);
        await Refusals.ExpectAsync("TSF1013", () => SamplePackage.SealAsync(temporary["package"], temporary["a.tsealed"], record));
        Assert.Equal([temporary["package"]], Directory.GetFileSystemEntries(temporary.Path));
    }

    [Fact]
    public async Task Signing_again_changes_the_signature_block_only()
    {
        using var temporary = new TemporaryDirectory();
        SamplePackage.Create(temporary["package"], 1000);
        using var first = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var second = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var record = SamplePackage.Record(second);
        await SamplePackage.SealAsync(temporary["package"], temporary["a"], record, first);
        await Refusals.ExpectAsync("TSF1010", () => SamplePackage.UnsealAsync(temporary["a"], temporary["refused"], record));

        var before = File.ReadAllBytes(temporary["a"]);
        await PackageSigner.SignAsync(temporary["a"], second, default);
        var after = File.ReadAllBytes(temporary["a"]);
        var start = 12 + BitConverter.ToInt32(before, 8);
        Assert.Equal(before[..start], after[..start]);
        Assert.Equal(before[(start + 97)..], after[(start + 97)..]);
        await SamplePackage.UnsealAsync(temporary["a"], temporary["out"], record);
    }

    private sealed class Collector(List<long> values) : IProgress<long>
    {
        public void Report(long value)
        {
            lock (values)
            {
                values.Add(value);
            }
        }
    }
}
