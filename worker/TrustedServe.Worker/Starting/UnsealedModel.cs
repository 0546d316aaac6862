using TrustedServe.Packaging.Manifests;

namespace TrustedServe.Worker.Starting;

/// <summary>A model whose plaintext lies in a directory, every digest checked.</summary>
/// <param name="Directory">The directory.</param>
/// <param name="Manifest">The manifest.</param>
/// <param name="Digest">The manifest's digest, 64 hex digits.</param>
/// <param name="Trust">Which kind of trust released its key: <c>tdx</c>, <c>coco</c> or <c>insecure-simulated</c>.</param>
internal sealed record UnsealedModel(string Directory, Manifest Manifest, string Digest, string Trust);
