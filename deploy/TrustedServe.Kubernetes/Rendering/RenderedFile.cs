namespace TrustedServe.Kubernetes.Rendering;

/// <summary>One file of a rendering.</summary>
/// <param name="Name">Its path below the folder that is written to.</param>
/// <param name="Content">Its content.</param>
public sealed record RenderedFile(string Name, string Content);
