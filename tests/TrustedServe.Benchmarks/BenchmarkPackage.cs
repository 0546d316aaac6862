using System.Security.Cryptography;
using TrustedServe.Packaging.Digests;
using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Protocol.Secrets;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Benchmarks;

/// <summary>A package whose weights are as large as a measurement needs.</summary>
internal static class BenchmarkPackage
{
    /// <summary>The key that it is sealed under.</summary>
    public static readonly KeyId Key = KeyId.Parse("kbs:///bench/key/large");

    /// <summary>Writes a package directory; <paramref name="random"/> fills the weights, otherwise they are a hole in the file.</summary>
    public static void Write(string directory, long weightBytes, bool random)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllBytes(Path.Combine(directory, "model.onnx"), RandomNumberGenerator.GetBytes(1_000));
        using (var weights = File.Create(Path.Combine(directory, "weights.bin")))
        {
            var block = RandomNumberGenerator.GetBytes(1 << 20);
            for (long done = 0; random && done < weightBytes; done += block.Length)
            {
                weights.Write(block);
            }

            weights.SetLength(weightBytes);
        }

        var manifest = new Manifest
        {
            FormatVersion = Manifest.CurrentFormat,
            Name = "large",
            Version = "1",
            Task = ModelTask.Tensor,
            Graph = "model.onnx",
            Inputs = [new TensorSpec("x", Datatype.Fp32, [-1])],
            Outputs = [new TensorSpec("y", Datatype.Fp32, [-1])],
            Precision = "fp32",
            Files = [.. new[] { "model.onnx", "weights.bin" }.Select(name => Entry(directory, name))],
        };
        File.WriteAllBytes(Path.Combine(directory, "manifest.json"), manifest.ToUtf8());
    }

    /// <summary>A record that allows it.</summary>
    public static KeyRecord Record(string directory) => new()
    {
        Key = SecretBuffer.Random(32),
        Purpose = KeyPurpose.Model,
        Model = "large",
        ManifestDigest = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(directory, "manifest.json")))),
        LowestVersion = "1",
    };

    /// <summary>Seals it.</summary>
    public static Task<Envelope> SealAsync(string directory, KeyRecord record, string output) =>
        PackageSealer.SealAsync(new SealRequest { Package = directory, Output = output, KeyId = Key, Record = record, Overwrite = true }, CancellationToken.None);

    private static FileEntry Entry(string directory, string name)
    {
        var path = Path.Combine(directory, name);
        var (size, digest) = TreeDigest.OfFile(path, Environment.ProcessorCount, CancellationToken.None);
        return new FileEntry(name, size, digest);
    }
}
