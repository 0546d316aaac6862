using TrustedServe.Benchmarks.Bert;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Benchmarks.Serving;

/// <summary>A package and the store in which it lies sealed, alone.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Shape">What was generated.</param>
/// <param name="Package">Directory of the package.</param>
/// <param name="Store">The store.</param>
internal sealed record BenchModel(string Name, BertShape? Shape, string Package, string Store)
{
    /// <summary>The graph.</summary>
    public string Graph => Path.Combine(Package, Manifest.Parse(File.ReadAllBytes(Path.Combine(Package, "manifest.json"))).Graph);

    /// <summary>Bytes of the package's files.</summary>
    public long Bytes => Directory.EnumerateFiles(Package).Sum(file => new FileInfo(file).Length);
}
