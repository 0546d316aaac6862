using TrustedServe.Packaging.Graphs.Rules;
using TrustedServe.Packaging.Manifests;
using TrustedServe.Protocol.Placement;

namespace TrustedServe.Worker.Starting;

/// <summary>A model whose plaintext lies in a directory, every digest checked.</summary>
/// <param name="Directory">The directory.</param>
/// <param name="Manifest">The manifest.</param>
/// <param name="Digest">The manifest's digest, 64 hex digits.</param>
/// <param name="Trust">Which kind of trust released its key: <c>tdx</c>, <c>coco</c> or <c>insecure-simulated</c>.</param>
internal sealed record UnsealedModel(string Directory, Manifest Manifest, string Digest, string Trust)
{
    /// <summary>The timestamp from which the age of its attestation counts: the attesting that released its key began then.</summary>
    public required long AttestedSince { get; init; }

    /// <summary>Whether its graph takes a scale from all rows of a run, see <see cref="RunScales"/>.</summary>
    public required bool SharesScales { get; init; }

    /// <summary>The kernel's answer to where the threads that wrote it want its memory.</summary>
    public SystemCallResult MemoryPolicy { get; init; } = SystemCallResult.Ok;
}
