namespace TrustedServe.Packaging.Manifests;

/// <summary>A file of a package.</summary>
/// <param name="Path">Relative path with <c>/</c> between segments; no <c>..</c>, nothing absolute.</param>
/// <param name="Size">Length in bytes.</param>
/// <param name="Digest">SHA-256 tree over chunks of 1 MiB, 64 lower-case hex digits.</param>
public sealed record FileEntry(string Path, long Size, string Digest);
