using System.Security.Cryptography;
using TrustedServe.Packaging.Digests;
using TrustedServe.Packaging.Packages;
using TrustedServe.Testing;

namespace TrustedServe.Packaging.Tests;

public sealed class PackageTests : IDisposable
{
    private readonly TemporaryDirectory temporary = new();

    public PackageTests() => SamplePackage.Create(temporary["p"], 1000, 500);

    public void Dispose() => temporary.Dispose();

    [Fact]
    public void Missing_file_is_refused_by_name()
    {
        File.Delete(temporary["p", "data", "weights.bin"]);
        Refused("TSF1012", "data/weights.bin");
    }

    [Fact]
    public void Missing_manifest_is_refused()
    {
        File.Delete(temporary["p", "manifest.json"]);
        Refused("TSF1012", "manifest.json");
    }

    [Fact]
    public void Changed_file_is_refused_by_name()
    {
        var bytes = File.ReadAllBytes(temporary["p", "model.onnx"]);
        bytes[500] ^= 1;
        File.WriteAllBytes(temporary["p", "model.onnx"], bytes);
        Refused("TSF1013", "model.onnx");
    }

    [Fact]
    public void Longer_file_is_refused_by_name()
    {
        File.AppendAllText(temporary["p", "model.onnx"], "x");
        Refused("TSF1013", "model.onnx");
    }

    [Fact]
    public void Extra_file_is_refused_by_name()
    {
        File.WriteAllText(temporary["p", "data", "run.sh"], "x");
        Refused("TSF1014", "data/run.sh");
    }

    [Fact]
    public void Link_to_a_file_is_refused_by_name()
    {
        File.Move(temporary["p", "model.onnx"], temporary["model.onnx"]);
        File.CreateSymbolicLink(temporary["p", "model.onnx"], temporary["model.onnx"]);
        Refused("TSF1015", "model.onnx");
    }

    [Fact]
    public void Link_to_a_directory_is_refused_by_name()
    {
        Directory.Move(temporary["p", "data"], temporary["data"]);
        Directory.CreateSymbolicLink(temporary["p", "data"], temporary["data"]);
        Refused("TSF1015", "data");
    }

    [Fact]
    public void Damaged_archives_are_refused()
    {
        PackageWriter.WriteArchive(temporary["p"], temporary["a.tspkg"], default);
        var whole = File.ReadAllBytes(temporary["a.tspkg"]);
        PackageReader.OpenVerified(temporary["a.tspkg"], 2, default);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(temporary["b.tspkg"], whole[..length]);
            Refusals.Expect("TSF1016", () => PackageReader.OpenVerified(temporary["b.tspkg"], 1, default));
        }

        File.WriteAllBytes(temporary["b.tspkg"], [.. whole, 0]);
        Refusals.Expect("TSF1016", () => PackageReader.Extract(temporary["b.tspkg"], temporary["out"], default));
        whole[^1] ^= 1;
        File.WriteAllBytes(temporary["b.tspkg"], whole);
        Refusals.Expect("TSF1013", () => PackageReader.OpenVerified(temporary["b.tspkg"], 1, default));
        Refusals.Expect("TSF1013", () => PackageReader.Extract(temporary["b.tspkg"], temporary["out"], default));
        Assert.False(Directory.Exists(temporary["out"]));
    }

    [Fact]
    public void Existing_targets_are_left_alone()
    {
        File.WriteAllText(temporary["mine"], "kept");
        Refusals.Expect("TSF1017", () => PackageWriter.WriteArchive(temporary["p"], temporary["mine"], default));
        Refusals.Expect("TSF1017", () => PackageReader.Extract(temporary["p"], temporary["p"], default));
        Assert.Equal("kept", File.ReadAllText(temporary["mine"]));
        PackageReader.OpenVerified(temporary["p"], 1, default);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    [InlineData(5_000_000)]
    public void Digest_is_the_tree_that_the_format_page_describes(int size)
    {
        var content = SamplePackage.Bytes(size, size);
        using var all = new MemoryStream();
        all.Write("TSROOT01"u8);
        all.Write(BitConverter.GetBytes((long)size));
        foreach (var chunk in content.Chunk(1 << 20))
        {
            all.Write(SHA256.HashData([.. "TSLEAF01"u8, .. chunk]));
        }

        var expected = Convert.ToHexStringLower(SHA256.HashData(all.ToArray()));
        Assert.Equal(expected, TreeDigest.Of(content));
        File.WriteAllBytes(temporary["f"], content);
        Assert.Equal((size, expected), TreeDigest.OfFile(temporary["f"], 3, default));
    }

    private void Refused(string code, string named)
    {
        var failure = Refusals.Expect(code, () => PackageReader.OpenVerified(temporary["p"], 2, default));
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }
}
