using TrustedServe.Benchmarks.Bert;
using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Benchmarks.Serving;

/// <summary>A package and the store in which it lies sealed, alone.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Shape">What was generated.</param>
/// <param name="Package">Directory of the package.</param>
/// <param name="Store">The store.</param>
/// <param name="Source">Directory of the package that it was optimised from.</param>
/// <param name="Samples">Rows to compare an optimised package on; null for those that the package brings.</param>
internal sealed record BenchModel(string Name, BertShape? Shape, string Package, string Store, string Source, string? Samples)
{
    /// <summary>The graph.</summary>
    public string Graph => GraphIn(Package);

    /// <summary>The graph before it was optimised.</summary>
    public string SourceGraph => GraphIn(Source);

    /// <summary>Bytes of the package's files.</summary>
    public long Bytes => Directory.EnumerateFiles(Package).Sum(file => new FileInfo(file).Length);

    private static string GraphIn(string package) => Path.Combine(package, Manifest.Parse(File.ReadAllBytes(Path.Combine(package, "manifest.json"))).Graph);
}
