using System.Security.Cryptography;
using TrustedServe.Packaging.Keys;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Packages;
using TrustedServe.Packaging.SealedPackages;
using TrustedServe.Packaging.Stores;
using TrustedServe.Protocol.Secrets;
using TrustedServe.Protocol.Tensors;

namespace TrustedServe.Packaging.Tests;

/// <summary>Small packages of random bytes, and keys for them.</summary>
internal static class SamplePackage
{
    public static readonly KeyId KeyId = KeyId.Parse("kbs:///default/model-key/sample");

    public static Manifest Draft(string version = "1.2") => new()
    {
        FormatVersion = 1,
        Name = "sample",
        Version = version,
        Task = ModelTask.Tensor,
        Graph = "model.onnx",
        Inputs = [new TensorSpec("x", Datatype.Fp32, [-1, 4])],
        Outputs = [new TensorSpec("y", Datatype.Fp32, [-1, 2])],
        Precision = "fp32",
        Files = [],
    };

    /// <summary>A package directory with a graph of so many bytes, and weights.</summary>
    public static Package Create(string directory, int graphSize, int weightsSize = 0, string version = "1.2")
    {
        Directory.CreateDirectory(Path.Combine(directory, "data"));
        File.WriteAllBytes(Path.Combine(directory, "model.onnx"), Bytes(graphSize, 1));
        File.WriteAllBytes(Path.Combine(directory, "data", "weights.bin"), Bytes(weightsSize, 2));
        return PackageWriter.WriteManifest(directory, Draft(version), 2, default);
    }

    public static byte[] Bytes(int length, int seed)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static KeyRecord Record(Package package, string lowestVersion = "1") => new()
    {
        Key = new SecretBuffer(Bytes(32, 3)),
        Purpose = KeyPurpose.Model,
        Model = package.Manifest.Name,
        ManifestDigest = package.ManifestDigest,
        LowestVersion = lowestVersion,
    };

    public static KeyRecord Record(ECDsa publisher, string lowestVersion = "1") => new()
    {
        Key = new SecretBuffer(Bytes(32, 3)),
        Purpose = KeyPurpose.Model,
        Model = "sample",
        PublisherKey = publisher.ExportSubjectPublicKeyInfo(),
        LowestVersion = lowestVersion,
    };

    public static async Task<Envelope> SealAsync(string package, string output, KeyRecord record, ECDsa? signer = null) =>
        await PackageSealer.SealAsync(new SealRequest { Package = package, Output = output, KeyId = KeyId, Record = record, Signer = signer, Threads = 2 }, default);

    /// <summary>As a large package is.</summary>
    public static async Task<Manifest> UnsealAsync(string sealedFile, string directory, KeyRecord record, int threads = 2)
    {
        await using var source = ModelStores.OpenFile(sealedFile);
        var package = await SealedPackage.OpenAsync(source, default);
        return await package.UnsealAsync(record, directory, new UnsealOptions { Threads = threads, LargeFrom = 0 }, default);
    }

    /// <summary>As a small one.</summary>
    public static async Task<Manifest> UnsealAsync(IBlobSource source, string directory, KeyRecord record, int threads = 2)
    {
        var package = await SealedPackage.OpenAsync(source, default);
        return await package.UnsealAsync(record, directory, threads, null, default);
    }
}
