namespace TrustedServe.Kubernetes.Rendering;

/// <summary>An explanation of one value of a manifest.</summary>
/// <param name="Path">The value as a JSON pointer; empty for the whole.</param>
/// <param name="Text">The explanation.</param>
public sealed record ManifestComment(string Path, string Text);
