namespace TrustedServe.Kubernetes.Images;

/// <summary>A built image.</summary>
/// <param name="Output">Folder of the layout.</param>
/// <param name="Digest">Digest of its manifest: what deployments name.</param>
/// <param name="LayerBytes">Bytes of its layers, compressed: what every new guest fetches.</param>
/// <param name="Packages">Parts in its bill of materials.</param>
public sealed record ImageBuildResult(string Output, string Digest, long LayerBytes, int Packages);
