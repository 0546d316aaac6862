using TrustedServe.Kubernetes.Manifests;

namespace TrustedServe.Kubernetes.Rendering;

/// <summary>A manifest and why it is as it is.</summary>
/// <param name="Manifest">The object.</param>
/// <param name="Comments">The explanations.</param>
public sealed record AnnotatedManifest(Manifest Manifest, IReadOnlyList<ManifestComment> Comments);
