using TrustedServe.Packaging.Files;
using TrustedServe.Packaging.Graphs;
using TrustedServe.Packaging.Graphs.Onnx;
using TrustedServe.Packaging.Graphs.Rules;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Packaging.Packages;

namespace TrustedServe.Optimizer.Optimizing;

/// <summary>The files of a package that its graph is made of; the others (vocabulary and the like) are taken over as they are.</summary>
internal sealed class SourceFiles
{
    private readonly HashSet<string> paths;

    private SourceFiles(HashSet<string> paths) => this.paths = paths;

    /// <summary>Reads and checks a graph and finds its files.</summary>
    /// <exception cref="Protocol.Errors.TsfException">TSF1030, TSF1032, TSF1034.</exception>
    public static SourceFiles Of(string graph)
    {
        var model = OnnxFile.Read(graph);
        GraphRules.Check(model, Path.GetDirectoryName(graph)!);
        var weights = GraphTensors.Tensors(model).Where(ExternalData.Has).Select(tensor => ExternalData.Of(tensor, Path.GetDirectoryName(graph)!, TensorBytes.Length(tensor)!.Value).Path);
        return new SourceFiles([.. weights, graph]);
    }

    /// <summary>Copies the other files of the package.</summary>
    public void CopyOthers(Package package, string from, string to)
    {
        foreach (var entry in package.Manifest.Files.Where(entry => !paths.Contains(PackagePath.Under(from, entry.Path))))
        {
            var target = PackagePath.Under(to, entry.Path);
            SafeFiles.CreateDirectory(Path.GetDirectoryName(target)!);
            SafeFiles.Guard(target, () => File.Copy(PackagePath.Under(from, entry.Path), target));
        }
    }

    /// <summary>Their length.</summary>
    public long Size() => SafeFiles.Guard(paths.First(), () => paths.Sum(path => new FileInfo(path).Length));
}
