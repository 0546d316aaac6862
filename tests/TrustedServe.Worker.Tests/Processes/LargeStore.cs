using TrustedServe.Packaging.Manifests;
using TrustedServe.Worker.Tests.Support;

namespace TrustedServe.Worker.Tests.Processes;

/// <summary>A store with one model whose weights are large enough to be mapped first.</summary>
public sealed class LargeStore : SealedStore
{
    internal const string Name = "layers";

    internal static LayeredModel Model { get; } = new(Name, width: 1024, layers: 10);

    private protected override IEnumerable<(Manifest Draft, string Folder)> Models(string scratch)
    {
        Model.Write(scratch);
        yield return (Model.Draft, scratch);
    }
}
